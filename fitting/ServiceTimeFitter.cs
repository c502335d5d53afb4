using Calibration.Fitting.Service;

namespace Calibration.Fitting;

/// <summary>Fits t(ℓ) = t0 + cℓ with t0 ≥ 0 and c > 0, equation (1), by weighted least squares with clustered errors.</summary>
/// <remarks>
/// Weights are inverse variances α² + β² t² (absolute and relative noise), estimated from robust residuals. An observation is
/// flagged as an outlier where its residual from the robust line (Huber weights) exceeds six robust standard deviations,
/// 6 × 1.4826 × the median absolute standardised residual; flagged observations stay in the fit.
/// Where the times are slightly curved, within the tolerance, the intervals are widened by the departure of the curve from the line:
/// that of c by its slopes at both ends of the measured budgets, that of t0 by its time without thinking.
/// </remarks>
public static class ServiceTimeFitter
{
    internal const double OutlierLimit = 6;
    internal const double SkewnessLimit = 1.5;
    internal const double CurvatureLevel = 0.01;
    internal const double CurvatureShareLimit = 0.05;

    /// <summary>Fits measured service times.</summary>
    /// <param name="observations">Times with their traces; finite, at 0 or more tokens.</param>
    /// <param name="level">Confidence level of the intervals; 0.95 by default.</param>
    public static ServiceTimeFit Fit(IReadOnlyList<ServiceObservation> observations, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(observations);
        if (!(level is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "must lie between 0 and 1");
        foreach (ServiceObservation o in observations)
        {
            if (!(double.IsFinite(o.Tokens) && o.Tokens >= 0 && double.IsFinite(o.Seconds)))
                throw new ArgumentException($"{o.Tokens} tokens in {o.Seconds} seconds is not a measurement", nameof(observations));
        }

        return new ServiceTimeEstimation(observations, level).Conclude();
    }
}
