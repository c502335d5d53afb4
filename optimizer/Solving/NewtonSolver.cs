namespace Calibration.Optimizer.Solving;

/// <summary>
/// The unique maximiser of J over a box, by projected Newton steps. The Hessian of −J is a diagonal plus a rank-two
/// matrix (11), so a step costs O(N) time and memory; it works at every operating point where any allocation is stable.
/// </summary>
public static class NewtonSolver
{
    /// <summary>A KKT residual that counts as converged.</summary>
    internal const double ConvergedResidual = 1e-9;

    /// <summary>A start keeps at least this share of the slack that the server has at the lower bounds.</summary>
    private const double MinSlackShare = 1e-3;

    /// <summary>The optimal real-valued budgets ℓ*, problem (9).</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="start">
    /// A start, cut at the tasks' largest budgets; no thinking by default. One at the edge of stability or beyond is moved back.
    /// </param>
    public static Allocation Solve(Workload workload, ReadOnlySpan<double> start = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        if (!start.IsEmpty && start.Length != workload.Tasks.Length)
            throw new ArgumentException($"{start.Length} budgets were given for {workload.Tasks.Length} tasks.", nameof(start));
        var model = new ObjectiveModel(workload);
        var budgets = new double[model.Count];
        if (!start.IsEmpty)
            start.CopyTo(budgets);
        var ascent = new NewtonAscent(model);
        int? steps = Climb(model, ascent, budgets);
        if (steps is null)
            return new Allocation(
                [.. budgets], workload.At(budgets), double.PositiveInfinity, double.PositiveInfinity, 0, SolverEnding.Infeasible);
        double gap = Certificate.GapBound(model, budgets, ascent.Gains, ascent.Moments);
        return new Allocation(
            [.. budgets], workload.At(budgets), ascent.Residual, gap, steps.Value,
            ascent.Residual <= ConvergedResidual ? SolverEnding.Converged : SolverEnding.IterationLimit);
    }

    /// <summary>Climbs from a start that may lie anywhere; null where nothing is stable, with no thinking left behind.</summary>
    internal static int? Climb(ObjectiveModel model, NewtonAscent ascent, double[] budgets)
    {
        double first = 0, least = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            budgets[k] = double.IsNaN(budgets[k]) ? 0 : Math.Clamp(budgets[k], 0, model.MaxBudget[k]);
            first += model.Pi[k] * (model.T0[k] + (model.C[k] * budgets[k]));
            least += model.Pi[k] * model.T0[k];
        }

        double slack = 1 - (model.Lambda * first), most = 1 - (model.Lambda * least);
        if (!(most > 0))
        {
            Array.Clear(budgets);
            return null;
        }

        // At the edge of stability the Hessian is rounding; the start moves back towards no thinking.
        if (slack < MinSlackShare * most)
        {
            double share = most * (1 - MinSlackShare) / (most - slack);
            for (int k = 0; k < budgets.Length; k++)
                budgets[k] *= share;
        }

        return ascent.Run(budgets);
    }
}
