using System.Collections.Immutable;

namespace Calibration.Optimizer.Solving;

/// <summary>Whole budgets: the paper's projections (39) and (40), and the exact optimum by branch and bound.</summary>
public static class IntegerSolver
{
    private const int CornerLimit = 20;

    /// <summary>Relative to J's size, differences below this are rounding.</summary>
    private const double Resolution = 1e-14;

    /// <summary>
    /// The best of the corners around ℓ*, equation (39), none above a task's largest budget; null if more than 20 budgets are not integers.
    /// </summary>
    public static IntegerAllocation? BestCorner(Workload workload, Allocation relaxed)
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
        return performance.IsStable ? Of(workload, rounded, relaxed.Performance.Objective + relaxed.GapBound - performance.Objective) : null;
    }

    /// <summary>
    /// The best integer budgets, by branch and bound on the concave relaxation; past <paramref name="nodeLimit"/> nodes
    /// the best found, with its gap.
    /// </summary>
    public static IntegerAllocation Solve(Workload workload, int nodeLimit = 20_000)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var model = new ObjectiveModel(workload);
        var ascent = new NewtonAscent(model);
        double[] high = [.. model.MaxBudget.Select(Math.Floor)];
        var nodes = new PriorityQueue<Node, double>();
        double[] best = new double[model.Count];
        double bestObjective = workload.At(best).Objective;
        Enqueue(new double[model.Count], high, new double[model.Count]);
        for (int visited = 0; nodes.TryDequeue(out Node? node, out double negatedBound); visited++)
        {
            double slack = Resolution * Math.Abs(bestObjective);
            if (-negatedBound <= bestObjective + slack)
                return Of(workload, best, 0);
            if (visited == nodeLimit)
                return Of(workload, best, -negatedBound - bestObjective);
            Consider(node.Budgets);
            if (-negatedBound <= bestObjective + slack)
                continue;

            // If the relaxation is integer, its bound may still be above its value, because the ascent did not reach the optimum: then the
            // node goes on being split, until nothing is left that the bound could hide.
            int split = MostFractional(node.Budgets);
            if (split < 0)
                split = Widest(node);
            if (split < 0)
                continue;
            double[] belowHigh = [.. node.High], aboveLow = [.. node.Low];
            belowHigh[split] = Math.Min(Math.Floor(node.Budgets[split]), node.High[split] - 1);
            aboveLow[split] = belowHigh[split] + 1;
            Enqueue(node.Low, belowHigh, node.Budgets);
            Enqueue(aboveLow, node.High, node.Budgets);
        }

        return Of(workload, best, 0);

        void Enqueue(double[] low, double[] upper, double[] start)
        {
            Allocation relaxed = AllocationSolver.Solve(workload, model, ascent, low, upper, [.. start]);
            if (relaxed.Ending == SolverEnding.Infeasible)
                return;
            double bound = relaxed.Performance.Objective + relaxed.GapBound;
            if (bound > bestObjective)
                nodes.Enqueue(new Node(low, upper, [.. relaxed.Budgets]), -bound);
        }

        void Consider(double[] budgets)
        {
            double[] rounded = [.. budgets.Select(budget => Math.Round(budget))];
            double objective = workload.At(rounded).Objective;
            if (objective > bestObjective)
                (best, bestObjective) = (rounded, objective);
        }
    }

    private static int MostFractional(double[] budgets)
    {
        int split = -1;
        double most = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            double distance = Math.Abs(budgets[k] - Math.Round(budgets[k]));
            if (distance > most)
                (split, most) = (k, distance);
        }

        return split;
    }

    /// <summary>The task with the most integer budgets in the node; −1 if each has one.</summary>
    private static int Widest(Node node)
    {
        int widest = -1;
        double most = 0;
        for (int k = 0; k < node.Budgets.Length; k++)
        {
            if (node.High[k] - node.Low[k] > most)
                (widest, most) = (k, node.High[k] - node.Low[k]);
        }

        return widest;
    }

    /// <summary>The largest integer budget of a task, if the other lies above it: ℓ_max need not be an integer.</summary>
    private static double Allowed(Workload workload, int k, double budget) =>
        Math.Min(budget, Math.Floor(workload.Tasks[k].MaxBudgetTokens));

    private static IntegerAllocation Of(Workload workload, double[] budgets, double gap) =>
        new([.. budgets.Select(budget => (int)budget)], workload.At(budgets), Math.Max(0, gap));

    private sealed record Node(double[] Low, double[] High, double[] Budgets);
}

/// <summary>An integer allocation, problem (8).</summary>
/// <param name="Budgets">Whole budgets in the tasks' order.</param>
/// <param name="Performance">What they imply.</param>
/// <param name="GapBound">Upper bound in seconds on how far the best integer allocation can be above it; 0 where proved best.</param>
public sealed record IntegerAllocation(ImmutableArray<int> Budgets, Performance Performance, double GapBound);
