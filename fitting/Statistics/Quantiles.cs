using MathNet.Numerics.Distributions;

namespace Calibration.Fitting.Statistics;

/// <summary>Quantiles of samples, and critical values of the reference distributions.</summary>
public static class Quantiles
{
    /// <summary>Quantile of a sample, by linear interpolation between its order statistics.</summary>
    /// <param name="sorted">The sample in ascending order; at least one value.</param>
    /// <param name="share">Share of the sample below the quantile, from 0 to 1.</param>
    public static double OfSorted(ReadOnlySpan<double> sorted, double share)
    {
        double rank = share * (sorted.Length - 1);
        int below = Math.Min((int)rank, sorted.Length - 1), above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((rank - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>Two-sided Student quantile: P(|T| ≤ q) = level; infinite degrees of freedom give the normal one.</summary>
    public static double TwoSided(double level, double degreesOfFreedom)
    {
        double z = Normal.InvCDF(0, 1, (1 + level) / 2);
        if (double.IsInfinity(degreesOfFreedom))
            return z;
        if (degreesOfFreedom < 60)
            return SmallSample(level, degreesOfFreedom);
        // Cornish–Fisher (Abramowitz & Stegun 26.7.5): below 1e-8 from 60 degrees of freedom on, and a hundred times faster.
        double n = degreesOfFreedom, z2 = z * z;
        double g1 = z * (z2 + 1) / 4;
        double g2 = z * ((((5 * z2) + 16) * z2) + 3) / 96;
        double g3 = z * ((((((3 * z2) + 19) * z2) + 17) * z2) - 15) / 384;
        double g4 = z * ((((((((79 * z2) + 776) * z2) + 1482) * z2) - 1920) * z2) - 945) / 92160;
        return z + ((g1 + ((g2 + ((g3 + (g4 / n)) / n)) / n)) / n);
    }

    /// <summary>By bisection on log q: MathNet's own inverse does not converge far out at one degree of freedom.</summary>
    private static double SmallSample(double level, double n)
    {
        double low = -30, high = 60;
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            double tail = MathNet.Numerics.SpecialFunctions.BetaRegularized(n / 2, 0.5, n / (n + Math.Exp(2 * middle)));
            if (tail > 1 - level)
                low = middle;
            else
                high = middle;
        }

        return Math.Exp(high);
    }

    /// <summary>P(Q > q) of Hotelling's T² with a covariance of <paramref name="clusters"/> clusters (0: known, χ²).</summary>
    internal static double HotellingTail(double q, double restrictions, int clusters)
    {
        if (q <= 0)
            return 1;
        if (clusters == 0)
            return Math.Clamp(1 - ChiSquared.CDF(restrictions, q), 0, 1);
        return FisherTail(q * (clusters - restrictions) / (restrictions * (clusters - 1.0)), restrictions, clusters - restrictions);
    }

    /// <summary>
    /// P(F > f) of Fisher's F; both degrees of freedom may be fractions. The upper tail directly, so that small p-values keep their
    /// digits.
    /// </summary>
    internal static double FisherTail(double f, double d1, double d2) =>
        f <= 0 ? 1 : MathNet.Numerics.SpecialFunctions.BetaRegularized(d2 / 2, d1 / 2, d2 / (d2 + (d1 * f)));
}
