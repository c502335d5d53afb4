using MathNet.Numerics.Distributions;

namespace Calibration.Fitting.Service;

/// <summary>How far a curve with a quadratic term departs from the line through the same times.</summary>
internal sealed class Departure
{
    private readonly double[] _tokens;
    private readonly ClusteredData _data;
    private readonly double _scale;
    private readonly ClusteredRegression? _bent;

    /// <param name="tokens">Thinking tokens of the times; at least two different ones.</param>
    /// <param name="data">The times.</param>
    public Departure(double[] tokens, ClusteredData data)
    {
        (_tokens, _data, _scale) = (tokens, data, tokens.Max());
        _bent = Bent(i => tokens[i] * tokens[i] / _scale);
    }

    /// <summary>Whether the quadratic term is there, and how much of the time it moves at a measured budget.</summary>
    public (double? PValue, double? Share) From(ServiceTimeLine line)
    {
        if (_bent is not { } bent || _tokens.Length <= 3 || _tokens.Distinct().Count() < 3)
            return (null, null);
        double share = _tokens.Where(t => line.At(t) > 0).Select(Share).DefaultIfEmpty(0).Max();
        double error = bent.StandardErrors[2];
        if (!(error > 0) || share < 1e-9)
            return (1, share);
        return (2 * StudentT.CDF(0, 1, bent.DegreesOfFreedom[2], -Math.Abs(bent.Coefficients[2] / error)), share);

        double Share(double t)
        {
            double curve = bent.Coefficients[0] + (bent.Coefficients[1] * t) + (bent.Coefficients[2] * t * t / _scale);
            return Math.Abs(curve - line.At(t)) / line.At(t);
        }
    }

    /// <summary>
    /// The intervals, widened by the departure: that of c by the slopes at both ends of the measured budgets, that of t0 by the time
    /// without thinking.
    /// </summary>
    /// <param name="lines">The line as it is regressed, and as it is published: without its origin where t0 would be negative.</param>
    /// <param name="t0">The estimate of t0, with its interval.</param>
    /// <param name="c">The estimate of c, with its interval.</param>
    public (ParameterEstimate T0, ParameterEstimate C) Widened(
        (ClusteredRegression Free, ClusteredRegression Held) lines, ParameterEstimate t0, ParameterEstimate c)
    {
        ClusteredRegression? atEnd = Bent(i => (_tokens[i] * _tokens[i] / _scale) - (2 * _tokens[i]));
        double origin = Between(lines.Free, 0, _bent, 0);
        double start = Between(lines.Held, ^1, _bent, 1), end = Between(lines.Held, ^1, atEnd, 1);
        double lowest = Math.Min(0, Math.Min(start, end)), highest = Math.Max(0, Math.Max(start, end));
        Interval before = t0.Interval!, slope = c.Interval!;
        return (
            t0 with { Interval = new Interval(Math.Max(0, before.Low + Math.Min(0, origin)), before.High + Math.Max(0, origin)) },
            c with { Interval = new Interval(slope.Low + lowest, slope.High + highest) });
    }

    /// <summary>
    /// The departure with its noise taken off: √(δ² − Var δ) with the sign of δ, and 0 where δ is within its noise. Var δ is Hausman's
    /// difference of the variances of the two estimates (Econometrica 46 (1978) 1251).
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="coefficient">Which of its coefficients.</param>
    /// <param name="bent">The curve, null: no departure.</param>
    /// <param name="bentCoefficient">The curve's coefficient of the same meaning at one of its ends.</param>
    private static double Between(ClusteredRegression line, Index coefficient, ClusteredRegression? bent, int bentCoefficient)
    {
        if (bent is null)
            return 0;
        double departure = bent.Coefficients[bentCoefficient] - line.Coefficients[coefficient.GetOffset(line.Coefficients.Count)];
        double noise = Math.Max(0, Math.Pow(bent.StandardErrors[bentCoefficient], 2) - Math.Pow(line.StandardErrors[coefficient], 2));
        return Math.Sign(departure) * Math.Sqrt(Math.Max(0, (departure * departure) - noise));
    }

    private ClusteredRegression? Bent(Func<int, double> bend) => ClusteredRegression.Fit([_ => 1, i => _tokens[i], bend], _data);
}
