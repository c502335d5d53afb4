namespace Calibration.Optimizer;

/// <summary>The largest arrival rate that the server bears, equation (4).</summary>
public static class StabilityLimit
{
    /// <summary>The rate 1/E[S(ℓ)] in queries a second, from which on an allocation is not stable.</summary>
    public static double At(Workload workload, ReadOnlySpan<double> budgets)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return 1 / workload.At(budgets).MeanServiceSeconds;
    }

    /// <summary>The rate 1/E[S(0)] from which on no allocation is stable.</summary>
    public static double WithoutThinking(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return At(workload, new double[workload.Tasks.Length]);
    }
}
