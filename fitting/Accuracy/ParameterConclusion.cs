using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>Standard errors, intervals and statuses of A, b and D.</summary>
internal sealed class ParameterConclusion(
    AccuracyTable table, CurveSolver solver, CurvePoint point, AccuracyFitOptions options, ClusterCovariance covariance)
{
    private readonly ProfileInterval _profile = new(
        solver, point, Quantiles.TwoSided(options.Level, table.Clusters > 0 ? table.Clusters - 1 : double.PositiveInfinity));

    public (ParameterEstimate A, ParameterEstimate B, ParameterEstimate D) Estimate(Weakness weakness, bool atZero, bool atOne)
    {
        double rate = Math.Exp(point.Theta) / table.Scale;
        if (weakness.Kind is WeaknessKind.Flat or WeaknessKind.Decreasing)
        {
            return (ParameterEstimate.Unknown(point.A, weakness.Reason), ParameterEstimate.Unknown(rate, weakness.Reason),
                ParameterEstimate.Unknown(point.D, weakness.Reason));
        }

        ParameterEstimate d = OriginOf(atZero, weakness);
        if (weakness.Kind != WeaknessKind.None)
        {
            ParameterEstimate gain = weakness.Kind == WeaknessKind.Saturated && d.Status != ParameterStatus.NotIdentifiable
                ? GainOf(atOne)
                : ParameterEstimate.Unknown(point.A, weakness.Reason);
            return (gain, ParameterEstimate.Unknown(rate, weakness.Reason), d);
        }

        double error = covariance.StandardError(0, 0, 1);
        ProfileInterval.Ends ends = _profile.OfTheta(covariance.DesignEffect(0, 0, 1), error);
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

    private ParameterEstimate GainOf(bool atOne)
    {
        double error = covariance.StandardError(-1, 1, 0);
        ProfileInterval.Ends ends = _profile.OfA(covariance.DesignEffect(-1, 1, 0), error);
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
        double effect = atZero ? Math.Max(1, at.DesignEffect(1, 0, 0)) : at.DesignEffect(1, 0, 0);
        ProfileInterval.Ends ends = _profile.OfD(effect, error);
        return new ParameterEstimate
        {
            Value = atZero ? 0 : point.D,
            Status = atZero ? ParameterStatus.AtBound : ParameterStatus.Identified,
            Reason = atZero ? "D = 0" : null,
            StandardError = atZero || !(error > 0) ? null : error,
            Interval = new Interval(Math.Min(point.D, ends.Low), Math.Max(point.D, ends.High)),
        };
    }
}
