using MathNet.Numerics.Distributions;

namespace Calibration.Fitting.Statistics;

/// <summary>
/// An estimate that is reported only where its statistic exceeds a threshold is too far from 0 on average; so is the near end of its
/// interval (Zhong and Prentice, Biostatistics 9 (2008) 621).
/// </summary>
internal static class ReportedAbove
{
    // The interval never reaches what the threshold has excluded.
    private const double Widest = 3;

    /// <summary>
    /// How many standard errors below the estimate the interval has to end: P(Z ≥ z | Z > c) = (1 − level)/2 at the mean z − q; the normal
    /// quantile far from the threshold, and at most 3.
    /// </summary>
    /// <param name="z">The statistic, in standard deviations.</param>
    /// <param name="threshold">The threshold c.</param>
    /// <param name="level">Confidence level.</param>
    public static double Quantile(double z, double threshold, double level)
    {
        double low = Quantiles.TwoSided(level, double.PositiveInfinity), high = Math.Max(low, Widest), tail = (1 - level) / 2;
        for (int i = 0; i < 30; i++)
        {
            double middle = (low + high) / 2;
            if (Normal.CDF(0, 1, -middle) > tail * Normal.CDF(0, 1, z - middle - threshold))
                low = middle;
            else
                high = middle;
        }

        return high;
    }
}
