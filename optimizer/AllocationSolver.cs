namespace Calibration.Optimizer;

/// <summary>
/// The unique maximiser of J over a box, by projected Newton steps. The Hessian of −J is a diagonal plus a rank-two
/// matrix (11), so a step costs O(N) time and memory (Woodbury); a line search keeps the queue stable and J rising.
/// </summary>
public static class AllocationSolver
{
    private const int StepLimit = 500;
    private const double Tolerance = 1e-13;

    /// <summary>The optimal real-valued budgets ℓ*, problem (9).</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="start">A stable start; no thinking by default.</param>
    public static Allocation Solve(Workload workload, ReadOnlySpan<double> start = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var model = new ObjectiveModel(workload);
        var budgets = new double[model.Count];
        if (!start.IsEmpty)
            start.CopyTo(budgets);
        return Solve(workload, model, new double[model.Count], model.MaxBudget, budgets);
    }

    /// <summary>The same within other bounds; <paramref name="budgets"/> is the start and becomes the solution.</summary>
    internal static Allocation Solve(Workload workload, ObjectiveModel model, double[] low, double[] high, double[] budgets)
    {
        for (int k = 0; k < budgets.Length; k++)
            budgets[k] = Math.Clamp(budgets[k], low[k], high[k]);
        Moments moments = model.MomentsAt(budgets);
        if (!(moments.Slack > 0))
        {
            low.CopyTo(budgets, 0);
            moments = model.MomentsAt(budgets);
        }

        if (!(moments.Slack > 0))
            return new Allocation([.. budgets], workload.At(budgets), double.PositiveInfinity, double.PositiveInfinity, 0, SolverEnding.Infeasible);
        var step = new NewtonStep(model, low, high);
        int steps = 0;
        while (steps < StepLimit && step.Take(budgets, ref moments, Tolerance))
            steps++;
        double residual = Certificate.KktResidual(model, low, high, budgets, moments);
        return new Allocation(
            [.. budgets], workload.At(budgets), residual, Certificate.GapBound(model, low, high, budgets, moments), steps,
            residual <= 1e-9 ? SolverEnding.Converged : SolverEnding.StepLimit);
    }
}
