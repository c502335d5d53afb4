namespace Calibration.Fitting.Statistics;

/// <summary>A share of yes-or-no observations that hang together within clusters, such as the answers to one problem.</summary>
/// <param name="Count">Observations, at least 1.</param>
/// <param name="Successes">Those that were yes, from 0 to <paramref name="Count"/>.</param>
/// <param name="Clusters">Clusters, at least 1.</param>
/// <param name="EffectiveCount">Equivalent number of independent observations: the count over the design effect.</param>
public sealed record ClusteredProportion(int Count, int Successes, int Clusters, double EffectiveCount)
{
    /// <summary>The share, from 0 to 1.</summary>
    public double Value => (double)Successes / Count;

    /// <summary>
    /// Counts the observations of each cluster. The design effect is the clustered variance of the share over the binomial one, at
    /// least 1; where all observations agree it is not known, and each cluster counts as one observation.
    /// </summary>
    /// <param name="clusters">Observations and yeses of each cluster; at least one observation in all.</param>
    public static ClusteredProportion Of(IReadOnlyList<(int Count, int Successes)> clusters)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        (int Count, int Successes)[] used = [.. clusters.Where(cluster => cluster.Count > 0)];
        int count = used.Sum(cluster => cluster.Count), successes = used.Sum(cluster => cluster.Successes), groups = used.Length;
        if (count == 0)
            throw new ArgumentException("there are no observations", nameof(clusters));
        double p = (double)successes / count, largest = used.Sum(cluster => (double)cluster.Count * cluster.Count) / count;
        double effect = largest;
        if (p is > 0 and < 1 && groups > 1)
        {
            double squares = used.Sum(cluster => Math.Pow(cluster.Successes - (cluster.Count * p), 2)) * groups / (groups - 1.0);
            effect = Math.Clamp(squares / (count * p * (1 - p)), 1, largest);
        }

        return new ClusteredProportion(count, successes, groups, count / effect);
    }

    /// <summary>
    /// Wilson's score interval of the effective count, with Student's quantile of the clusters: it stays within [0, 1] and has a width
    /// where all observations agree. [0, 1] for a single cluster.
    /// </summary>
    /// <param name="level">Confidence level, in (0, 1).</param>
    public Interval Interval(double level = 0.95)
    {
        if (Clusters < 2)
            return new Interval(0, 1);
        double z = Quantiles.TwoSided(level, Clusters - 1), perCount = z * z / EffectiveCount;
        double centre = (Value + (perCount / 2)) / (1 + perCount);
        double half = z * Math.Sqrt(((Value * (1 - Value)) + (perCount / 4)) / EffectiveCount) / (1 + perCount);
        return new Interval(Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
