using Calibration.Fitting.Answers;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Shapes;

/// <summary>Estimates of a Hill curve's parameters.</summary>
internal readonly record struct HillEstimates(ParameterEstimate A, ParameterEstimate H, ParameterEstimate S, ParameterEstimate D);

/// <summary>Clustered standard errors and profile intervals of A, h, s and D.</summary>
internal sealed class HillParameters(AccuracyTable table, HillSolver solver, HillPoint point, AccuracyFitOptions options)
{
    private readonly double _quantile = Quantiles.TwoSided(options.Level, table.Clusters > 0 ? table.Clusters
        - 1 : double.PositiveInfinity);

    private double Half => Math.Exp(point.Eta) * table.Scale;

    private double Steepness => Math.Exp(point.Sigma);

    /// <summary>Values without errors or intervals.</summary>
    public HillEstimates Withheld(string reason) => new(
        ParameterEstimate.Unknown(point.A, reason), ParameterEstimate.Unknown(Half, reason),
        ParameterEstimate.Unknown(Steepness, reason), ParameterEstimate.Unknown(point.D, reason));

    public HillEstimates Estimate()
    {
        solver.Polish(point, HillHeld.None, 1e-14);
        double[] information = [.. solver.Information];
        var covariance = new HillCovariance(table, point, information, [!point.AtZero, !point.AtOne, true, true]);
        var free = new HillCovariance(table, point, information, [!point.AtZero, true, true, true]);
        var origin = new HillCovariance(table, point, information, [true, !point.AtOne, true, true]);
        return new HillEstimates(
            Of(Profile(HillHeld.A, covariance, free), point.A, point.AtOne ? "A + D = 1" : null),
            OfLogarithm(Profile(HillHeld.Eta, covariance, free), Half, table.Scale),
            OfLogarithm(Profile(HillHeld.Sigma, covariance, free), Steepness, 1),
            Of(Profile(HillHeld.D, origin.Regular ? origin : covariance, free), point.D, point.AtZero ? "D = 0" : null));
    }

    private static ParameterEstimate Of(Ends ends, double value, string? bound) => new()
    {
        Value = value,
        Status = bound is null ? ParameterStatus.Identified : ParameterStatus.AtBound,
        Reason = bound,
        StandardError = ends.Error > 0 && !(bound is not null && value == 0) ? ends.Error : null,
        Interval = new Interval(Math.Min(value, ends.Low), Math.Max(value, ends.High)),
    };

    private static ParameterEstimate OfLogarithm(Ends ends, double value, double scale) => new()
    {
        Value = value,
        Status = ParameterStatus.Identified,
        StandardError = ends.Error > 0 ? value * ends.Error : null,
        Interval = new Interval(Math.Min(value, Math.Exp(ends.Low) * scale), Math.Max(value, Math.Exp(ends.High) * scale)),
    };

    private Ends Profile(HillHeld held, HillCovariance covariance, HillCovariance free)
    {
        HillRange range = solver.Range;
        (double[] direction, double at, double low, double high) = held switch
        {
            HillHeld.A => (new double[] { -1, 1, 0, 0 }, point.A, 0.0, 1.0),
            HillHeld.D => ([1, 0, 0, 0], point.D, 0, point.S),
            HillHeld.Eta => ([0, 0, 1, 0], point.Eta, range.MinEta, range.MaxEta),
            _ => ([0, 0, 0, 1], point.Sigma, range.MinSigma, range.MaxSigma),
        };
        double error = covariance.StandardError(direction), effect = covariance.DesignEffect(direction);
        if (held == HillHeld.D && point.AtZero)
            effect = Math.Max(1, effect);
        double ceiling = Math.Max(
            effect,
            free.CeilingHeight(direction, options.Level) / Math.Pow(Quantiles.TwoSided(options.Level, double.PositiveInfinity), 2) ?? 0);
        double width = error > 0 ? _quantile * error : 0.05 * (high - low);
        return new Ends(End(held, at, low, -width, (effect, ceiling)), End(held, at, high, width, (effect, ceiling)), error);
    }

    /// <summary>The end on one side; where A + D = 1 binds there, at the height of that bound.</summary>
    private double End(HillHeld held, double at, double limit, double width, (double Plain, double Ceiling) effect)
    {
        HillPoint near = point;
        double end = Find(effect.Plain);
        return effect.Ceiling > effect.Plain && near.AtOne ? Find(effect.Ceiling) : end;

        double Find(double scale)
        {
            near = point;
            return ProfileEnd.Find(at, limit, width, _quantile, value =>
            {
                HillPoint next = solver.Polish(Held(near, held, value), held);
                near = double.IsFinite(next.Objective) ? next : near;
                return 2 * (point.Objective - next.Objective) / scale;
            }).End;
        }
    }

    private static HillPoint Held(HillPoint near, HillHeld held, double value)
    {
        double d = held == HillHeld.A ? Math.Clamp(near.D, 0, 1 - value) : value;
        return held switch
        {
            HillHeld.A => near with { D = d, S = Math.Min(1, d + value) },
            HillHeld.D => near with { D = d, S = Math.Max(near.S, d) },
            HillHeld.Eta => near with { Eta = value },
            _ => near with { Sigma = value },
        };
    }

    private readonly record struct Ends(double Low, double High, double Error);
}
