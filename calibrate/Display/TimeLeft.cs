namespace Calibration.Calibrate.Display;

/// <summary>
/// The time that a pass still takes: by the rate of its later half so far, as a range that its changes from stretch to stretch give.
/// </summary>
internal static class TimeLeft
{
    /// <summary>Stretches of equal time whose rates are compared.</summary>
    private const int Stretches = 8;

    /// <summary>Rows before which nothing is said.</summary>
    private const int FewestRows = 20;

    /// <summary>The range is never narrower than this share to either side: what is left is not like what was.</summary>
    private const double LeastShare = 0.1;

    /// <summary>The rate may fall to this share of what it was.</summary>
    private const double LeastRate = 0.25;

    /// <summary>The range: the mean rate, give or take twice its standard error.</summary>
    /// <param name="seen">Seconds and rows finished, in time's order.</param>
    /// <param name="total">Rows planned.</param>
    /// <returns>Null where too little was seen, or nothing is left.</returns>
    internal static (TimeSpan Low, TimeSpan High)? Of(IReadOnlyList<(double Seconds, long Done)> seen, long total)
    {
        if (seen.Count < Stretches || seen[^1].Done >= total || seen[^1].Done - seen[0].Done < FewestRows)
            return null;
        double end = seen[^1].Seconds, start = (seen[0].Seconds + end) / 2;
        double[] edges = [.. Enumerable.Range(0, Stretches + 1).Select(edge => DoneAt(seen, start + ((end - start) * edge / Stretches)))];
        double[] rates = [.. edges.Skip(1).Zip(edges, (to, from) => (to - from) * Stretches / (end - start))];
        double mean = rates.Average();
        if (mean <= 0)
            return null;
        double variance = rates.Sum(rate => (rate - mean) * (rate - mean)) / (Stretches - 1);
        double share = Math.Max(LeastShare, 2 * Math.Sqrt(variance / Stretches) / mean), left = total - seen[^1].Done;
        return (
            TimeSpan.FromSeconds(left / (mean * (1 + share))), TimeSpan.FromSeconds(left / (mean * Math.Max(LeastRate, 1 - share))));
    }

    /// <summary>Rows finished at a time, on the straight line between what was seen.</summary>
    private static double DoneAt(IReadOnlyList<(double Seconds, long Done)> seen, double seconds)
    {
        int after = 1;
        while (after < seen.Count - 1 && seen[after].Seconds < seconds)
            after++;
        ((double Seconds, long Done) left, (double Seconds, long Done) right) = (seen[after - 1], seen[after]);
        return left.Done + ((right.Done - left.Done) * (seconds - left.Seconds) / (right.Seconds - left.Seconds));
    }
}
