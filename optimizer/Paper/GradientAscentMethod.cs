namespace Calibration.Optimizer.Paper;

/// <summary>
/// The paper's projected gradient ascent (29) with step 1/L_J, inside (38). With <see cref="CurvatureBound"/> it climbs
/// from any stable start at every operating point, slowly: the condition number of J decides.
/// </summary>
public static class GradientAscentMethod
{
    /// <summary>Runs the ascent.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="start">A stable start; no thinking by default.</param>
    /// <param name="tolerance">KKT residual that counts as converged.</param>
    /// <param name="iterationLimit">Maximum number of iterations.</param>
    public static MethodResult Solve(
        Workload workload, ReadOnlySpan<double> start = default, double tolerance = 1e-9, int iterationLimit = 1_000_000)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var iteration = new MethodIteration(workload, start);
        CurvatureBound bound = CurvatureBound.Of(workload, iteration.Budgets);
        if (!(iteration.Moments.Slack > 0))
            return iteration.Unstable(bound.IsPapers, bound.Explanation);
        var next = new double[iteration.Budgets.Length];
        for (int n = 0; n < iterationLimit; n++)
        {
            if (iteration.KktResidual <= tolerance)
                return iteration.Result(n, bound.IsPapers, bound.Explanation, SolverEnding.Converged);
            for (int k = 0; k < next.Length; k++)
                next[k] = Math.Clamp(iteration.Budgets[k] + (iteration.GradientAt(k) / bound.LJ), 0, iteration.Model.MaxBudget[k]);
            if (!iteration.MoveTo(next))
                return iteration.Result(n, bound.IsPapers, bound.Explanation, SolverEnding.LeftStabilityRegion);
        }

        return iteration.Result(iterationLimit, bound.IsPapers, bound.Explanation, SolverEnding.IterationLimit);
    }
}
