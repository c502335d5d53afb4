namespace Calibration.Optimizer;

/// <summary>
/// The paper's projected fixed-point iteration (22)–(24). It converges where its Jacobian contracts, which it does at
/// about half of ordinary operating points; elsewhere it leaves the stability region or cycles, and says so.
/// </summary>
public static class FixedPointMethod
{
    private const double CycleStep = 1e-6;
    private const double CycleReturn = 1e-13;

    /// <summary>Runs the iteration.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="start">A stable start; no thinking by default.</param>
    /// <param name="tolerance">Largest last change of a budget, relative to the larger of the budget and one token, that counts as converged.</param>
    /// <param name="iterationLimit">Most iterations.</param>
    public static MethodResult Solve(Workload workload, ReadOnlySpan<double> start = default, double tolerance = 1e-10, int iterationLimit = 10_000)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var iteration = new MethodIteration(workload, start);
        ContractionCondition condition = ContractionCondition.Of(workload);
        if (!(iteration.Moments.Slack > 0))
            return iteration.Unstable(condition.Holds, condition.Explanation);
        var map = new FixedPointMap(iteration.Model);
        double[] next = new double[iteration.Budgets.Length], remembered = [.. iteration.Budgets];
        int power = 1, since = 0;
        for (int n = 1; n <= iterationLimit; n++)
        {
            for (int k = 0; k < next.Length; k++)
                next[k] = Math.Clamp(map.At(k, iteration.Moments).Budget, 0, iteration.Model.MaxBudget[k]);
            double step = Distance(iteration.Budgets, next);
            if (!iteration.MoveTo(next))
                return iteration.Result(n, condition.Holds, condition.Explanation, SolverEnding.LeftStabilityRegion);
            if (step <= tolerance)
                return iteration.Result(n, condition.Holds, condition.Explanation, SolverEnding.Converged);

            // Brent: a point remembered at each power of two is met again by a cycle of any length.
            if (step > CycleStep && Distance(remembered, iteration.Budgets) <= CycleReturn)
                return iteration.Result(n, condition.Holds, condition.Explanation, SolverEnding.Cycled);
            if (++since == power)
            {
                iteration.Budgets.CopyTo(remembered, 0);
                (power, since) = (2 * power, 0);
            }
        }

        return iteration.Result(iterationLimit, condition.Holds, condition.Explanation, SolverEnding.IterationLimit);
    }

    /// <summary>
    /// Spectral radius of the projected iteration's Jacobian at budgets, usually ℓ*: the factor by which an error shrinks
    /// (below 1) or grows (above 1) a step in the end. Null where the budgets are not stable.
    /// </summary>
    public static double? SpectralRadius(Workload workload, ReadOnlySpan<double> budgets)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var iteration = new MethodIteration(workload, budgets);
        return iteration.Moments.Slack > 0 ? new FixedPointMap(iteration.Model).SpectralRadius(budgets, iteration.Moments) : null;
    }

    private static double Distance(double[] a, double[] b)
    {
        double largest = 0;
        for (int k = 0; k < a.Length; k++)
            largest = Math.Max(largest, Math.Abs(a[k] - b[k]) / Math.Max(1, Math.Abs(b[k])));
        return largest;
    }
}
