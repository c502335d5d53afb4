using System.Collections.Immutable;

namespace Calibration.Optimizer.Solving;

/// <summary>The joint optimum of tasks with curves and tasks fixed at measured budgets.</summary>
/// <param name="Workload">The workload with the fixed tasks as constants.</param>
/// <param name="Allocation">The solution; a fixed task's budget there is 0, see <paramref name="Budgets"/>.</param>
/// <param name="Budgets">Every task's budget; measured for the fixed ones.</param>
/// <param name="CombinationGap">Upper bound in seconds on what other measured budgets could gain; 0 where these are proved best.</param>
public sealed record MixedAllocation(Workload Workload, Allocation Allocation, ImmutableArray<double> Budgets, double CombinationGap);

/// <summary>
/// ℓ* of the tasks that have a curve, jointly with the best measured budgets of those that have none: exact by branch and
/// bound on the measured budgets. The bound is J's tangent plane, above a concave function everywhere.
/// </summary>
public static class MixedSolver
{
    /// <summary>Relative to the terms of J: what counts as the same.</summary>
    private const double Resolution = 1e-12;

    /// <summary>Solves the joint problem; past <paramref name="nodeLimit"/> nodes the best found, with its gap.</summary>
    public static MixedAllocation Solve(double arrivalRatePerSecond, double accuracyWeightSeconds, ImmutableArray<TaskChoice> tasks, int nodeLimit = 20_000)
    {
        var relaxation = new MixedRelaxation(arrivalRatePerSecond, accuracyWeightSeconds, tasks);
        int[] best = relaxation.Quickest();
        if (relaxation.Count == 0)
            return Conclude(best, 0);
        double value = relaxation.ValueOf(best), gap = 0;
        if (double.IsNegativeInfinity(value))
            return Conclude(best, 0);
        var nodes = new PriorityQueue<MixedNode, double>();
        Visit(relaxation.Root());
        for (int visited = 0; nodes.TryDequeue(out MixedNode? node, out double negated); visited++)
        {
            gap = -negated - value;
            if (gap <= Resolution * relaxation.Size)
                return Conclude(best, 0);
            if (visited == nodeLimit)
                return Conclude(best, gap);
            (MixedNode lower, MixedNode upper) = node.Split();
            Visit(lower);
            Visit(upper);
        }

        return Conclude(best, 0);

        void Visit(MixedNode node)
        {
            if (!relaxation.Bound(node, value))
                return;
            double there = relaxation.ValueOf(node.Candidate);
            if (there > value)
                (best, value) = ([.. node.Candidate], there);
            if (node.CanSplit && node.Bound > value + (Resolution * relaxation.Size))
                nodes.Enqueue(node, -node.Bound);
        }

        MixedAllocation Conclude(int[] options, double combinationGap)
        {
            double[] held = relaxation.BudgetsOf(options);
            var workload = new Workload(arrivalRatePerSecond, accuracyWeightSeconds, [.. tasks.Select((task, k) => task.At(held[k]))]);
            Allocation allocation = AllocationSolver.Solve(workload);
            return new MixedAllocation(workload, allocation, [.. held.Select((budget, k) => tasks[k].Measured is null ? allocation.Budgets[k] : budget)], combinationGap);
        }
    }
}
