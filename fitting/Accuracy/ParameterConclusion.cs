using Calibration.Fitting.Answers;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>Standard errors, intervals and statuses of A, b and D.</summary>
internal sealed class ParameterConclusion(FittedCurve fit, AccuracyFitOptions options, ClusterCovariance covariance)
{
    private readonly ProfileInterval _profile = new(fit.Solver, fit.Point, Quantile(fit.Table, options.Level));
    private ClusterCovariance? _freeCeiling;

    private double Rate => Math.Exp(fit.Point.Theta) / fit.Table.Scale;

    /// <summary>Values without errors or intervals.</summary>
    public (ParameterEstimate A, ParameterEstimate B, ParameterEstimate D) Withheld(string reason) => (
        ParameterEstimate.Unknown(fit.Point.A, reason), ParameterEstimate.Unknown(Rate, reason),
        ParameterEstimate.Unknown(fit.Point.D, reason));

    public (ParameterEstimate A, ParameterEstimate B, ParameterEstimate D) Estimate(Weakness weakness, bool atZero, bool atOne)
    {
        if (weakness.Kind is WeaknessKind.Flat or WeaknessKind.Decreasing)
            return Withheld(weakness.Reason);
        double rate = Rate;
        ParameterEstimate d = OriginOf(atZero, weakness);
        if (weakness.Kind != WeaknessKind.None)
        {
            ParameterEstimate gain = weakness.Kind == WeaknessKind.Saturated && d.Status != ParameterStatus.NotIdentifiable
                ? GainOf(atOne)
                : ParameterEstimate.Unknown(fit.Point.A, weakness.Reason);
            return (gain, ParameterEstimate.Unknown(rate, weakness.Reason), d);
        }

        double error = covariance.StandardError(0, 0, 1);
        ProfileInterval.Ends ends = _profile.OfTheta(ScaleOf(covariance, 0, 0, 1) with { Below = Widening(weakness) });
        if (!ends.BoundedBelow || !ends.BoundedAbove)
        {
            string reason = ends.BoundedBelow
                ? "accuracy is saturated before the first positive budget"
                : "the data do not reject a straight line";
            ParameterEstimate unknown = ParameterEstimate.Unknown(rate, reason);
            return (ends.BoundedBelow ? GainOf(atOne) : ParameterEstimate.Unknown(fit.Point.A, reason), unknown, d);
        }

        var b = new ParameterEstimate
        {
            Value = rate,
            Status = ParameterStatus.Identified,
            StandardError = error > 0 ? rate * error : null,
            Interval = new Interval(
                Math.Min(rate, Math.Exp(ends.Low) / fit.Table.Scale), Math.Max(rate, Math.Exp(ends.High) / fit.Table.Scale)),
        };
        return (GainOf(atOne), b, d);
    }

    /// <summary>Whether the interval of the rate is closed at both ends.</summary>
    public bool HasRate(Weakness weakness) =>
        _profile.HasRate(new ProfileInterval.Scale(covariance.DesignEffect(0, 0, 1), 0, null, Widening(weakness)));

    private ParameterEstimate GainOf(bool atOne)
    {
        double error = covariance.StandardError(-1, 1, 0);
        ProfileInterval.Ends ends = _profile.OfA(ScaleOf(covariance, -1, 1, 0));
        return new ParameterEstimate
        {
            Value = fit.Point.A,
            Status = atOne ? ParameterStatus.AtBound : ParameterStatus.Identified,
            Reason = atOne ? "A + D = 1" : null,
            StandardError = error > 0 ? error : null,
            Interval = new Interval(Math.Min(fit.Point.A, ends.Low), Math.Max(fit.Point.A, ends.High)),
        };
    }

    private ParameterEstimate OriginOf(bool atZero, Weakness weakness)
    {
        if (fit.Table.Budgets[0] != 0 && weakness.Kind == WeaknessKind.Saturated)
            return ParameterEstimate.Unknown(fit.Point.D, weakness.Reason + " and nothing was measured at 0");
        ClusterCovariance at = covariance;
        if (atZero)
        {
            // The distance to the bound is measured with D free, at the curvature on the bound.
            fit.Solver.Polish(fit.Point, Held.None);
            at = ClusterCovariance.At(fit, true, fit.Point.S < 1 - 1e-9);
            if (!at.Regular)
                at = covariance;
        }

        double error = at.StandardError(1, 0, 0);
        ProfileInterval.Scale scale = ScaleOf(at, 1, 0, 0);
        ProfileInterval.Ends ends = _profile.OfD(atZero ? scale with { DesignEffect = Math.Max(1, scale.DesignEffect) } : scale);
        return new ParameterEstimate
        {
            Value = atZero ? 0 : fit.Point.D,
            Status = atZero ? ParameterStatus.AtBound : ParameterStatus.Identified,
            Reason = atZero ? "D = 0" : null,
            StandardError = atZero || !(error > 0) ? null : error,
            Interval = new Interval(Math.Min(fit.Point.D, ends.Low), Math.Max(fit.Point.D, ends.High)),
        };
    }

    /// <summary>How high the profile of c0 D + c1 S + c2 θ may be.</summary>
    private ProfileInterval.Scale ScaleOf(ClusterCovariance at, double c0, double c1, double c2) =>
        new(at.DesignEffect(c0, c1, c2), at.StandardError(c0, c1, c2), CeilingHeight(c0, c1, c2));

    private double? CeilingHeight(double c0, double c1, double c2)
    {
        ClusterCovariance ceiling = _freeCeiling ??= FreeCeiling();
        if (!ceiling.Regular)
            return null;
        double normal = Quantiles.TwoSided(options.Level, double.PositiveInfinity), scale = Quantile(fit.Table, options.Level) / normal;
        return CeilingLaw.Height(ceiling.WithCeiling(c0, c1, c2), ceiling.CurvatureWithCeiling(c0, c1, c2), options.Level) * scale * scale;
    }

    /// <summary>
    /// A rate is reported only where the straight line is clearly rejected: near that threshold it is too high on average.
    /// </summary>
    private double Widening(Weakness weakness)
    {
        double ratio = ReportedAbove.Quantile(weakness.Line, weakness.Threshold, options.Level)
            / Quantiles.TwoSided(options.Level, double.PositiveInfinity);
        return ratio * ratio;
    }

    /// <summary>The covariance with the ceiling free, at the curvature of the optimum.</summary>
    private ClusterCovariance FreeCeiling()
    {
        if (fit.Point.S < 1 - 1e-9)
            return covariance;
        fit.Solver.Polish(fit.Point, Held.None);
        return ClusterCovariance.At(fit, fit.Point.D > 1e-9, true);
    }

    private static double Quantile(AccuracyTable table, double level) =>
        Quantiles.TwoSided(level, table.Clusters > 0 ? table.Clusters - 1 : double.PositiveInfinity);
}
