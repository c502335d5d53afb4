namespace Calibration.Optimizer;

/// <summary>The largest arrival rate that the server bears, equation (4).</summary>
public static class StabilityLimit
{
    /// <summary>
    /// The rate 1/E[S(ℓ)] in queries per second, from which on an allocation is not stable; null where E[S(ℓ)] is 0 (t0 fitted at its
    /// bound 0, no thinking), because then there is no limit.
    /// </summary>
    public static double? At(Workload workload, ReadOnlySpan<double> budgets)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return workload.At(budgets).MeanServiceSeconds is var mean and > 0 ? 1 / mean : null;
    }

    /// <summary>The rate 1/E[S(0)] from which on no allocation is stable; null where E[S(0)] is 0.</summary>
    public static double? WithoutThinking(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return At(workload, new double[workload.Tasks.Length]);
    }
}
