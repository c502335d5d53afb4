using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Shapes;

/// <summary>Estimates of a Hill curve's parameters.</summary>
internal readonly record struct HillEstimates(ParameterEstimate A, ParameterEstimate H, ParameterEstimate S, ParameterEstimate D);

/// <summary>Clustered standard errors and profile intervals of A, h, s and D.</summary>
internal sealed class HillParameters(FittedHill fit, AccuracyFitOptions options)
{
    private readonly double _quantile =
        Quantiles.TwoSided(options.Level, fit.Table.Clusters > 0 ? fit.Table.Clusters - 1 : double.PositiveInfinity);

    private double Half => Math.Exp(fit.Point.Eta) * fit.Table.Scale;

    private double Steepness => Math.Exp(fit.Point.Sigma);

    /// <summary>Values without errors or intervals.</summary>
    public HillEstimates Withheld(string reason) => new(
        ParameterEstimate.Unknown(fit.Point.A, reason), ParameterEstimate.Unknown(Half, reason),
        ParameterEstimate.Unknown(Steepness, reason), ParameterEstimate.Unknown(fit.Point.D, reason));

    public HillEstimates Estimate()
    {
        fit.Solver.Polish(fit.Point, HillHeld.None, 1e-14);
        double[] information = [.. fit.Solver.Information];
        var covariance = new HillCovariance(fit.Table, fit.Point, information, [!fit.Point.AtZero, !fit.Point.AtOne, true, true]);
        var free = new HillCovariance(fit.Table, fit.Point, information, [!fit.Point.AtZero, true, true, true]);
        var origin = new HillCovariance(fit.Table, fit.Point, information, [true, !fit.Point.AtOne, true, true]);
        return new HillEstimates(
            Of(Profile(HillHeld.A, covariance, free), fit.Point.A, fit.Point.AtOne ? "A + D = 1" : null),
            OfLogarithm(Profile(HillHeld.Eta, covariance, free), Half, fit.Table.Scale),
            OfLogarithm(Profile(HillHeld.Sigma, covariance, free), Steepness, 1),
            Of(Profile(HillHeld.D, origin.Regular ? origin : covariance, free), fit.Point.D, fit.Point.AtZero ? "D = 0" : null));
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
        HillRange range = fit.Solver.Range;
        (double[] direction, double at, double low, double high) = held switch
        {
            HillHeld.A => (new double[] { -1, 1, 0, 0 }, fit.Point.A, 0.0, 1.0),
            HillHeld.D => ([1, 0, 0, 0], fit.Point.D, 0, fit.Point.S),
            HillHeld.Eta => ([0, 0, 1, 0], fit.Point.Eta, range.MinEta, range.MaxEta),
            _ => ([0, 0, 0, 1], fit.Point.Sigma, range.MinSigma, range.MaxSigma),
        };
        double error = covariance.StandardError(direction), effect = covariance.DesignEffect(direction);
        if (held == HillHeld.D && fit.Point.AtZero)
            effect = Math.Max(1, effect);
        double ceiling = Math.Max(
            effect,
            free.CeilingHeight(direction, options.Level) / Math.Pow(Quantiles.TwoSided(options.Level, double.PositiveInfinity), 2) ?? 0);
        double width = error > 0 ? _quantile * error : 0.05 * (high - low);
        return new Ends(End(held, (at, low), -width, (effect, ceiling)), End(held, (at, high), width, (effect, ceiling)), error);
    }

    /// <summary>The end on one side; where A + D = 1 binds there, at the height of that bound.</summary>
    private double End(HillHeld held, (double At, double Limit) path, double width, (double Plain, double Ceiling) effect)
    {
        HillPoint near = fit.Point;
        double end = Find(effect.Plain);
        return effect.Ceiling > effect.Plain && near.AtOne ? Find(effect.Ceiling) : end;

        double Find(double scale)
        {
            near = fit.Point;
            return ProfileEnd.Find(path.At, path.Limit, width, new ScaledDrop(_quantile, value =>
            {
                HillPoint next = fit.Solver.Polish(Held(near, held, value), held);
                near = double.IsFinite(next.Objective) ? next : near;
                return 2 * (fit.Point.Objective - next.Objective) / scale;
            })).End;
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
