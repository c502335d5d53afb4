using System.Collections.Immutable;

namespace Calibration.Optimizer.Solving;

/// <summary>The best allocation over the measured budgets themselves, without a model of the curves.</summary>
/// <param name="Budgets">Measured budgets in the tasks' order.</param>
/// <param name="Performance">What they imply; not stable where no combination is.</param>
/// <param name="GapBound">Upper bound in seconds on what another combination could gain; 0 where proved best.</param>
public sealed record MeasuredAllocation(ImmutableArray<int> Budgets, Performance Performance, double GapBound);

/// <summary>The model-free optimum, exact by branch and bound: beside ℓ* it shows what the exponential costs where it does not fit.</summary>
public static class MeasuredSolver
{
    /// <summary>Solves it; past <paramref name="nodeLimit"/> nodes the best found, with its gap.</summary>
    public static MeasuredAllocation Solve(double arrivalRatePerSecond, double accuracyWeightSeconds, ImmutableArray<MeasuredTask> tasks, int nodeLimit = 20_000)
    {
        MixedAllocation mixed = MixedSolver.Solve(arrivalRatePerSecond, accuracyWeightSeconds, [.. tasks.Select(TaskChoice.Of)], nodeLimit);
        return new MeasuredAllocation([.. mixed.Budgets.Select(budget => (int)budget)], mixed.Allocation.Performance, mixed.CombinationGap);
    }
}
