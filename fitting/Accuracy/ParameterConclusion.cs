using Calibration.Fitting.Answers;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>Standard errors, intervals and statuses of A, b and D.</summary>
internal sealed class ParameterConclusion(
    AccuracyTable table, CurveSolver solver, CurvePoint point, AccuracyFitOptions options, ClusterCovariance covariance)
{
    private readonly ProfileInterval _profile = new(solver, point, Quantile(table, options.Level));
    private ClusterCovariance? _freeCeiling;

    private double Rate => Math.Exp(point.Theta) / table.Scale;

    /// <summary>Values without errors or intervals.</summary>
    public (ParameterEstimate A, ParameterEstimate B, ParameterEstimate D) Withheld(string reason) =>
        (ParameterEstimate.Unknown(point.A, reason), ParameterEstimate.Unknown(Rate, reason), ParameterEstimate.Unknown(point.D, reason));

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
                : ParameterEstimate.Unknown(point.A, weakness.Reason);
            return (gain, ParameterEstimate.Unknown(rate, weakness.Reason), d);
        }

        double error = covariance.StandardError(0, 0, 1);
        ProfileInterval.Ends ends = _profile.OfTheta(ScaleOf(covariance, 0, 0, 1) with { Below = Widening(weakness) });
        if (!ends.BoundedBelow || !ends.BoundedAbove)
        {
            string reason = ends.BoundedBelow
                ? "accuracy is saturated before the first positive budget"
                : "accuracy still rises linearly at the largest budget";
            ParameterEstimate unknown = ParameterEstimate.Unknown(rate, reason);
            return (ends.BoundedBelow ? GainOf(atOne) : ParameterEstimate.Unknown(point.A, reason), unknown, d);
        }

        var b = new ParameterEstimate
        {
            Value = rate,
            Status = ParameterStatus.Identified,
            StandardError = error > 0 ? rate * error : null,
            Interval = new Interval(Math.Min(rate, Math.Exp(ends.Low) / table.Scale), Math.Max(rate, Math.Exp(ends.High) / table.Scale)),
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
            Value = point.A,
            Status = atOne ? ParameterStatus.AtBound : ParameterStatus.Identified,
            Reason = atOne ? "A + D = 1" : null,
            StandardError = error > 0 ? error : null,
            Interval = new Interval(Math.Min(point.A, ends.Low), Math.Max(point.A, ends.High)),
        };
    }

    private ParameterEstimate OriginOf(bool atZero, Weakness weakness)
    {
        if (table.Budgets[0] != 0 && weakness.Kind == WeaknessKind.Saturated)
            return ParameterEstimate.Unknown(point.D, weakness.Reason + " and nothing was measured at 0");
        ClusterCovariance at = covariance;
        if (atZero)
        {
            // The distance to the bound is measured with D free, at the curvature on the bound.
            solver.Polish(point, Held.None);
            at = ClusterCovariance.At(point, solver, table, true, point.S < 1 - 1e-9, true);
            if (!at.Regular)
                at = covariance;
        }

        double error = at.StandardError(1, 0, 0);
        ProfileInterval.Scale scale = ScaleOf(at, 1, 0, 0);
        ProfileInterval.Ends ends = _profile.OfD(atZero ? scale with { DesignEffect = Math.Max(1, scale.DesignEffect) } : scale);
        return new ParameterEstimate
        {
            Value = atZero ? 0 : point.D,
            Status = atZero ? ParameterStatus.AtBound : ParameterStatus.Identified,
            Reason = atZero ? "D = 0" : null,
            StandardError = atZero || !(error > 0) ? null : error,
            Interval = new Interval(Math.Min(point.D, ends.Low), Math.Max(point.D, ends.High)),
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
        double normal = Quantiles.TwoSided(options.Level, double.PositiveInfinity), scale = Quantile(table, options.Level) / normal;
        return CeilingLaw.Height(ceiling.WithCeiling(c0, c1, c2), ceiling.CurvatureWithCeiling(c0, c1, c2), options.Level) * scale * scale;
    }

    /// <summary>
    /// A rate is reported only where the straight line is clearly rejected: near that threshold it is too high on average.
    /// </summary>
    private double Widening(Weakness weakness)
    {
        double ratio = ReportedAbove.Quantile(weakness.Line, weakness.Threshold, options.Level) / Quantiles.TwoSided(
            options.Level, double.PositiveInfinity);
        return ratio * ratio;
    }

    /// <summary>The covariance with the ceiling free, at the curvature of the optimum.</summary>
    private ClusterCovariance FreeCeiling()
    {
        if (point.S < 1 - 1e-9)
            return covariance;
        solver.Polish(point, Held.None);
        return ClusterCovariance.At(point, solver, table, point.D > 1e-9, true, true);
    }

    private static double Quantile(AccuracyTable table, double level) =>
        Quantiles.TwoSided(level, table.Clusters > 0 ? table.Clusters - 1 : double.PositiveInfinity);
}
