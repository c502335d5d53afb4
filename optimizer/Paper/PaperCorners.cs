using System.Collections.Immutable;

namespace Calibration.Optimizer.Paper;

/// <summary>The paper's projections of ℓ* onto integer budgets, (39) and (40).</summary>
public static class PaperCorners
{
    private const int CornerLimit = 20;

    /// <summary>
    /// The best of the corners around ℓ*, equation (39), none above a task's largest budget; null where more than 20 budgets are not
    /// integers.
    /// </summary>
    public static IntegerAllocation? Best(Workload workload, Allocation relaxed)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(relaxed);
        int[] open = [.. Enumerable.Range(0, relaxed.Budgets.Length).Where(k => relaxed.Budgets[k] != Math.Floor(relaxed.Budgets[k]))];
        if (open.Length > CornerLimit)
            return null;
        double[] corner = [.. relaxed.Budgets.Select(Math.Floor)];
        double[]? best = null;
        double bestObjective = double.NegativeInfinity;
        for (int choice = 0; choice < 1 << open.Length; choice++)
        {
            for (int bit = 0; bit < open.Length; bit++)
                corner[open[bit]] = Allowed(workload, open[bit], Math.Floor(relaxed.Budgets[open[bit]]) + ((choice >> bit) & 1));
            double objective = workload.At(corner).Objective;
            if (objective > bestObjective)
                (best, bestObjective) = ([.. corner], objective);
        }

        return best is null ? null : Of(workload, best, relaxed.Performance.Objective + relaxed.GapBound - bestObjective);
    }

    /// <summary>
    /// Each budget rounded to the nearest integer, equation (40), and not above the task's largest; null where that is not stable.
    /// </summary>
    public static IntegerAllocation? Rounded(Workload workload, Allocation relaxed)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(relaxed);
        double[] rounded =
            [.. relaxed.Budgets.Select((budget, k) => Allowed(workload, k, Math.Round(budget, MidpointRounding.AwayFromZero)))];
        Performance performance = workload.At(rounded);
        return performance.IsStable ? Of(workload, rounded, relaxed.Performance.Objective + relaxed.GapBound
            - performance.Objective) : null;
    }

    /// <summary>The largest integer budget of a task, where the other lies above it: ℓ_max need not be an integer.</summary>
    private static double Allowed(Workload workload, int k, double budget) =>
        Math.Min(budget, Math.Floor(workload.Tasks[k].MaxBudgetTokens));

    private static IntegerAllocation Of(Workload workload, double[] budgets, double gap) =>
        new([.. budgets.Select(budget => (int)budget)], workload.At(budgets), Math.Max(0, gap));
}

/// <summary>An integer allocation, problem (8).</summary>
/// <param name="Budgets">Integer budgets in the tasks' order.</param>
/// <param name="Performance">What they imply.</param>
/// <param name="GapBound">Upper bound in seconds on how far the best integer allocation can be above it.</param>
public sealed record IntegerAllocation(ImmutableArray<int> Budgets, Performance Performance, double GapBound);
