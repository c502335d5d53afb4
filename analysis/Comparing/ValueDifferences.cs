using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Calibration.Analysis.Comparing;

/// <summary>Differences of values that two independent runs estimate.</summary>
internal static class ValueDifferences
{
    private const double Level = 0.95;

    /// <summary>
    /// Of two parameters. Each one's degrees of freedom are those at which its interval is Student's; the difference has Welch's. Paired
    /// problems make two runs alike, so the interval is rather too wide.
    /// </summary>
    internal static ValueDifference Of(string name, ParameterEstimate before, ParameterEstimate after)
    {
        var plain = new ValueDifference(name, before.Value, after.Value);
        if (before.Interval is not { } old || after.Interval is not { } now)
            return plain;
        plain = plain with { Interval = Difference((before.Value, old), (after.Value, now)) };
        if (before is not { Status: ParameterStatus.Identified, StandardError: { } s1 and > 0 }
            || after is not { Status: ParameterStatus.Identified, StandardError: { } s2 and > 0 })
            return plain;
        double error = Math.Sqrt((s1 * s1) + (s2 * s2));
        double freedom = Math.Pow(error, 4)
            / ((Math.Pow(s1, 4) / Freedom(before, s1, old)) + (Math.Pow(s2, 4) / Freedom(after, s2, now)));
        return plain with { PValue = 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(plain.Difference / error)) };
    }

    /// <summary>Of two values with their optimism taken off.</summary>
    internal static ValueDifference Of(string name, CorrectedValue before, CorrectedValue after)
    {
        var plain = new ValueDifference(name, before.Value, after.Value);
        double error = Math.Sqrt(Math.Pow(before.StandardDeviation, 2) + Math.Pow(after.StandardDeviation, 2));
        if (!(error > 0))
            return plain;
        double half = Quantiles.TwoSided(Level, double.PositiveInfinity) * error;
        return plain with
        {
            Interval = new Interval(plain.Difference - half, plain.Difference + half),
            PValue = 2 * Normal.CDF(0, 1, -Math.Abs(plain.Difference / error)),
        };
    }

    /// <summary>The interval of a difference from the two intervals (Zou and Donner, Statistics in Medicine 27 (2008) 1693).</summary>
    internal static Interval Difference((double Value, Interval Interval) old, (double Value, Interval Interval) now)
    {
        double difference = now.Value - old.Value;
        double below = Math.Sqrt(Math.Pow(now.Value - now.Interval.Low, 2) + Math.Pow(old.Interval.High - old.Value, 2));
        double above = Math.Sqrt(Math.Pow(now.Interval.High - now.Value, 2) + Math.Pow(old.Value - old.Interval.Low, 2));
        return new Interval(difference - below, difference + above);
    }

    /// <summary>The degrees of freedom at which Student's quantile is the longer side of an interval, in standard errors.</summary>
    private static double Freedom(ParameterEstimate estimate, double error, Interval interval)
    {
        double quantile = Math.Max(estimate.Value - interval.Low, interval.High - estimate.Value) / error;
        if (quantile <= Quantiles.TwoSided(Level, 1e6))
            return 1e6;
        if (quantile >= Quantiles.TwoSided(Level, 1))
            return 1;
        return Math.Exp(FindRoots.OfFunction(log => Quantiles.TwoSided(Level, Math.Exp(log)) - quantile, 0, Math.Log(1e6), 1e-6));
    }
}
