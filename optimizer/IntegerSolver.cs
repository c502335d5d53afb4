namespace Calibration.Optimizer;

/// <summary>Whole budgets: the paper's projections (39) and (40), and the exact optimum by branch and bound.</summary>
public static class IntegerSolver
{
    private const int CornerLimit = 20;

    /// <summary>Relative to J's size, differences below this are rounding.</summary>
    private const double Resolution = 1e-14;

    /// <summary>The best of the corners around ℓ*, equation (39); null where more than 20 budgets are not whole.</summary>
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
                corner[open[bit]] = Math.Floor(relaxed.Budgets[open[bit]]) + ((choice >> bit) & 1);
            double objective = workload.At(corner).Objective;
            if (objective > bestObjective)
                (best, bestObjective) = ([.. corner], objective);
        }

        return best is null ? null : Of(workload, best, relaxed.Performance.Objective + relaxed.GapBound - bestObjective);
    }

    /// <summary>Each budget rounded to the nearest whole number, equation (40); null where that is not stable.</summary>
    public static IntegerAllocation? Rounded(Workload workload, Allocation relaxed)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(relaxed);
        double[] rounded = [.. relaxed.Budgets.Select(budget => Math.Round(budget, MidpointRounding.AwayFromZero))];
        Performance performance = workload.At(rounded);
        return performance.IsStable ? Of(workload, rounded, relaxed.Performance.Objective + relaxed.GapBound - performance.Objective) : null;
    }

    /// <summary>
    /// The best whole budgets, by branch and bound on the concave relaxation; past <paramref name="nodeLimit"/> nodes
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
            int split = MostFractional(node.Budgets);
            if (split < 0)
                continue;
            double[] belowHigh = [.. node.High], aboveLow = [.. node.Low];
            belowHigh[split] = Math.Floor(node.Budgets[split]);
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

    private static IntegerAllocation Of(Workload workload, double[] budgets, double gap) =>
        new([.. budgets.Select(budget => (int)budget)], workload.At(budgets), Math.Max(0, gap));

    private sealed record Node(double[] Low, double[] High, double[] Budgets);
}
