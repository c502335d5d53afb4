namespace Calibration.Fitting.Service;

/// <summary>
/// Finds the traces and samples that stand out and move c by more than its standard error: the line is fitted again without each. A
/// sample stands out by the fitter's outlier rule; a trace where the median relative departure of its points does by the same rule
/// among traces.
/// </summary>
internal static class Influence
{
    private const int FewestTraces = 5;

    /// <param name="points">All observations beside the published line, with those that stand out.</param>
    /// <param name="slope">c of that line, in seconds per token.</param>
    /// <param name="traces">Indices by trace; empty where observations are independent.</param>
    /// <param name="without">Slope and its standard error without some of them; null where there is no line.</param>
    public static List<ServiceInfluence> Find(
        ServicePoint[] points, double slope, int[][] traces, Func<HashSet<int>, (double C, double Error)?> without)
    {
        var found = new List<ServiceInfluence>();
        HashSet<int> named = [];
        foreach (int[] trace in Outlying(points, traces))
        {
            if (Of(points[trace[0]].Cluster, null, [.. trace]) is not { } influence)
                continue;
            found.Add(influence);
            named.UnionWith(trace);
        }

        for (int i = 0; i < points.Length; i++)
        {
            if (points[i].Outlier && !named.Contains(i) && Of(points[i].Cluster, points[i], [i]) is { } influence)
                found.Add(influence);
        }

        return [.. found.OrderByDescending(influence => Math.Abs(influence.SlopeShift))];

        ServiceInfluence? Of(string trace, ServicePoint? sample, HashSet<int> left) =>
            without(left) is { } rest && Math.Abs(slope - rest.C) > rest.Error
                ? new ServiceInfluence(
                    traces.Length > 0 ? trace : null, sample?.Tokens, sample?.Seconds, rest.C, slope - rest.C)
                : null;
    }

    private static IEnumerable<int[]> Outlying(ServicePoint[] points, int[][] traces)
    {
        if (traces.Length < FewestTraces)
            return [];
        double[] departures = Array.ConvertAll(traces, trace =>
            NoiseModel.Median(Array.ConvertAll(trace, i => Departure(points[i]))));
        double middle = NoiseModel.Median(departures);
        double limit = ServiceTimeFitter.OutlierLimit * Math.Max(
            1.4826 * NoiseModel.Median(Array.ConvertAll(departures, d => Math.Abs(d - middle))), 1e-6);
        return traces.Where((trace, g) => trace.Length > 1 && Math.Abs(departures[g] - middle) > limit);

        double Departure(ServicePoint point) => point.Fitted > 0 ? (point.Seconds / point.Fitted) - 1 : 0;
    }
}
