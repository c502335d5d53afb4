using Calibration.Fitting.Answers;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Distances;

/// <summary>
/// Distance of the measured proportions from a shape, (p̄ − p)ᵀ V⁻¹ (p̄ − p), minimised over A and D of either sign and over b,
/// with its limits the straight line (b → 0) and the step (b → ∞). With V the clustered covariance the minimum is, under the
/// model, Hotelling's T² with m − 3 restrictions, however the answers of a problem hang together.
/// </summary>
internal sealed class MinimumDistance
{
    private const double GridStep = 0.3;

    private readonly AccuracyTable _table;
    private readonly Whitening _whitening;
    private readonly double[] _data;
    private readonly double[] _one;
    private readonly double[] _column;
    private readonly double[] _white;
    private readonly double _oo;
    private readonly double _oy;
    private readonly double _yy;
    private readonly Minimum _free;
    private readonly Minimum _inside;
    private (double Free, double Inside, double Rise, bool AtZero, bool AtOne) _last;

    public MinimumDistance(AccuracyTable table, Whitening whitening, double minTheta, double maxTheta)
    {
        _table = table;
        int m = table.Count;
        (_column, _white) = (new double[m], new double[m]);
        _whitening = whitening;
        _data = whitening.Whiten(table.Proportions(), new double[m]);
        _one = whitening.Whiten([.. Enumerable.Repeat(1.0, m)], new double[m]);
        (_oo, _oy, _yy) = (Sum(_one, _one), Sum(_one, _data), Sum(_data, _data));
        Flat = Math.Max(0, _yy - (_oy * _oy / _oo));
        for (int j = 0; j < m; j++)
            _column[j] = 1 - table.X[j];
        (Line, _, double lineRise, _, _) = Distances();
        for (int j = 0; j < m; j++)
            _column[j] = table.X[j] > 0 ? 0 : 1;
        (Step, _, double stepRise, _, _) = Distances();
        Search(minTheta, maxTheta, out Minimum free, out Minimum inside);
        (_free, _inside) = (free, inside);
        (Closure, Rise) = (free.Value, free.Rise);
        const double tie = 1 + 1e-3;
        if (Line <= Closure * tie)
            (Closure, Rise, Limit) = (Math.Min(Line, Closure), lineRise, RateLimit.Line);
        if (Step <= Closure * tie)
            (Closure, Rise, Limit) = (Math.Min(Step, Closure), stepRise, RateLimit.Step);
    }

    /// <summary>An end of the rate's range.</summary>
    internal enum RateLimit
    {
        None,
        Line,
        Step,
    }

    /// <summary>Distance of one proportion everywhere.</summary>
    public double Flat { get; }

    /// <summary>Distance of a straight line.</summary>
    public double Line { get; }

    /// <summary>Distance of one value at 0 and another at every positive budget.</summary>
    public double Step { get; }

    /// <summary>Distance of the exponential within its bounds: D ≥ 0, A ≥ 0, A + D ≤ 1.</summary>
    public double Exponential => _inside.Value;

    /// <summary>Whether the closure's minimum is the straight line or the step, ends of the rate's range.</summary>
    public RateLimit Limit { get; }

    /// <summary>How many of D = 0 and A + D = 1 hold at the exponential's minimum.</summary>
    public int ActiveBounds => (_inside.AtZero ? 1 : 0) + (_inside.AtOne ? 1 : 0);

    /// <summary>Distance of the exponential with A and D of any size and either sign, its limits included.</summary>
    public double Closure { get; }

    /// <summary>
    /// Rise from 0 to the ceiling (of a line: to the largest budget) at the closure's minimum; negative: the data decrease.
    /// </summary>
    public double Rise { get; }

    /// <summary>Slopes at the exponential's minimum in the parameters that are not on a bound.</summary>
    public IReadOnlyList<double[]> Tangents() => Tangents(_inside.Theta, !_inside.AtZero, !_inside.AtOne);

    /// <summary>Slopes at the closure's minimum.</summary>
    public IReadOnlyList<double[]> ClosureTangents()
    {
        double[] one = [.. Enumerable.Repeat(1.0, _column.Length)];
        return Limit switch
        {
            RateLimit.Line => [one, _table.X],
            RateLimit.Step => [one, Array.ConvertAll(_table.X, x => x > 0 ? 0.0 : 1)],
            _ => Tangents(_free.Theta, freeD: true, freeS: true),
        };
    }

    private List<double[]> Tangents(double theta, bool freeD, bool freeS)
    {
        double k = Math.Exp(theta);
        var tangents = new List<double[]>(3);
        if (freeD)
            tangents.Add(Array.ConvertAll(_table.X, x => Math.Exp(-k * x)));
        if (freeS)
            tangents.Add(Array.ConvertAll(_table.X, x => -double.ExpM1(-k * x)));
        tangents.Add(Array.ConvertAll(_table.X, x => k * x * Math.Exp(-k * x)));
        return tangents;
    }

    /// <summary>Minima over the rate, free and within the bounds: a grid, then golden sections, once where both are the same.</summary>
    private void Search(double minTheta, double maxTheta, out Minimum free, out Minimum inside)
    {
        free = inside = new Minimum(double.PositiveInfinity, 0, false, false, minTheta);
        for (double theta = minTheta; theta <= maxTheta; theta += GridStep)
        {
            Minimum a = AtRate(theta, bounded: false), b = AtRate(theta, bounded: true, evaluated: true);
            free = a.Value < free.Value ? a : free;
            inside = b.Value < inside.Value ? b : inside;
        }

        bool same = free.Theta == inside.Theta && !inside.OnBound;
        free = Refine(free, bounded: false);
        Minimum there = AtRate(free.Theta, bounded: true);
        inside = same && !there.OnBound && there.Value <= free.Value * (1 + 1e-9) ? there : Refine(inside, bounded: true);
    }

    /// <summary>
    /// Fourteen golden sections of the grid's cell, which leave θ within 0.0004 of a minimum of the cell: the number of sections is the
    /// tolerance, and none can fail.
    /// </summary>
    private Minimum Refine(Minimum best, bool bounded)
    {
        const double golden = 0.618033988749895;
        double low = best.Theta - GridStep, high = best.Theta + GridStep;
        double left = high - (golden * (high - low)), right = low + (golden * (high - low));
        Minimum a = AtRate(left, bounded), b = AtRate(right, bounded);
        for (int i = 0; i < 14; i++)
        {
            if (a.Value < b.Value)
            {
                (high, right, b) = (right, left, a);
                a = AtRate(left = high - (golden * (high - low)), bounded);
            }
            else
            {
                (low, left, a) = (left, right, b);
                b = AtRate(right = low + (golden * (high - low)), bounded);
            }

            Minimum lower = a.Value < b.Value ? a : b;
            best = lower.Value < best.Value ? lower : best;
        }

        return best;
    }

    private Minimum AtRate(double theta, bool bounded, bool evaluated = false)
    {
        if (!evaluated)
        {
            double k = Math.Exp(theta);
            for (int j = 0; j < _column.Length; j++)
                _column[j] = Math.Exp(-k * _table.X[j]);
            _last = Distances();
        }

        return new Minimum(bounded ? _last.Inside : _last.Free, _last.Rise, _last.AtZero, _last.AtOne, theta);
    }

    /// <summary>Distance of D e + S (1 − e) for the decays e in the column: over all (D, S) and over 0 ≤ D ≤ S ≤ 1.</summary>
    private (double Free, double Inside, double Rise, bool AtZero, bool AtOne) Distances()
    {
        double[] e = _whitening.Whiten(_column, _white);
        double a = Sum(e, e), oe = Sum(_one, e), u = Sum(e, _data);
        double b = oe - a, c = _oo - (2 * oe) + a, v = _oy - u;
        (double d, double s, double loss) = Triangle.Minimise(new PlaneForm(a, b, c, u, v));
        double inside = Math.Max(0, _yy + loss), spread = a - (oe * oe / _oo);
        if (!(spread > 1e-10 * a))
            return (Flat, inside, s - d, d <= 0, s >= 1);
        double slope = (u - (oe * _oy / _oo)) / spread;
        return (Math.Max(0, Flat - (slope * slope * spread)), inside, -slope, d <= 0, s >= 1);
    }

    private static double Sum(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private readonly record struct Minimum(double Value, double Rise, bool AtZero, bool AtOne, double Theta)
    {
        public bool OnBound => AtZero || AtOne;
    }
}
