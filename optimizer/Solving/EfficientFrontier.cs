using System.Collections.Immutable;

namespace Calibration.Optimizer.Solving;

/// <summary>Accuracy against mean system time as the weight α of accuracy runs: no allocation is better in both.</summary>
public static class EfficientFrontier
{
    /// <summary>ℓ* at each weight, in the order given, each started from the one before.</summary>
    public static ImmutableArray<Allocation> Of(Workload workload, IEnumerable<double> accuracyWeightsSeconds)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(accuracyWeightsSeconds);
        var frontier = ImmutableArray.CreateBuilder<Allocation>();
        foreach (double weight in accuracyWeightsSeconds)
        {
            ReadOnlySpan<double> start = frontier.Count == 0 ? [] : frontier[^1].Budgets.AsSpan();
            frontier.Add(AllocationSolver.Solve(workload with { AccuracyWeightSeconds = weight }, start));
        }

        return frontier.ToImmutable();
    }

    /// <summary>Weights in equal ratios, both ends included.</summary>
    public static ImmutableArray<double> Weights(double lowSeconds, double highSeconds, int count) =>
        [.. Enumerable.Range(0, count).Select(i => lowSeconds * Math.Pow(highSeconds / lowSeconds, i / (double)Math.Max(1, count - 1)))];
}
