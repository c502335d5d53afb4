namespace Calibration.Fitting.Service;

/// <summary>
/// Finds the traces and samples that stand out and move c by more than its standard error: the line is fitted again without each. A
/// sample stands out by the fitter's outlier rule; a trace where the median relative departure of its points does by the same rule
/// among traces.
/// </summary>
internal static class Influence
{
    private const int FewestTraces = 5;

    /// <param name="observations">All observations.</param>
    /// <param name="line">The published line.</param>
    /// <param name="outliers">Which of them stand out.</param>
    /// <param name="traces">Indices by trace; empty where observations are independent.</param>
    /// <param name="without">Slope and its standard error without some of them; null where there is no line.</param>
    public static List<ServiceInfluence> Find(
        IReadOnlyList<ServiceObservation> observations, ServiceTimeLine line, bool[] outliers, int[][] traces, Func<HashSet<int>, (double C,
        double Error)?> without)
    {
        var found = new List<ServiceInfluence>();
        HashSet<int> named = [];
        foreach (int[] trace in Outlying(observations, line, traces))
        {
            if (Of(observations[trace[0]].Cluster, null, [.. trace]) is not { } influence)
                continue;
            found.Add(influence);
            named.UnionWith(trace);
        }

        for (int i = 0; i < outliers.Length; i++)
        {
            if (outliers[i] && !named.Contains(i) && Of(observations[i].Cluster, observations[i], [i]) is { } influence)
                found.Add(influence);
        }

        return [.. found.OrderByDescending(influence => Math.Abs(influence.SlopeShift))];

        ServiceInfluence? Of(string trace, ServiceObservation? sample, HashSet<int> left) =>
            without(left) is { } rest && Math.Abs(line.SecondsPerToken - rest.C) > rest.Error
                ? new ServiceInfluence(
                    traces.Length > 0 ? trace : null, sample?.Tokens, sample?.Seconds, rest.C, line.SecondsPerToken - rest.C)
                : null;
    }

    private static IEnumerable<int[]> Outlying(IReadOnlyList<ServiceObservation> observations, ServiceTimeLine line, int[][] traces)
    {
        if (traces.Length < FewestTraces)
            return [];
        double[] departures = Array.ConvertAll(traces, trace => NoiseModel.Median(Array.ConvertAll(trace,
            i => Departure(observations[i]))));
        double middle = NoiseModel.Median(departures);
        double limit = ServiceTimeFitter.OutlierLimit * Math.Max(
            1.4826 * NoiseModel.Median(Array.ConvertAll(departures, d => Math.Abs(d - middle))), 1e-6);
        return traces.Where((trace, g) => trace.Length > 1 && Math.Abs(departures[g] - middle) > limit);

        double Departure(ServiceObservation o) => line.At(o.Tokens) > 0 ? (o.Seconds / line.At(o.Tokens)) - 1 : 0;
    }
}
