using Calibration.Optimizer.Solving;

namespace Calibration.Optimizer.Paper;

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
    /// <param name="tolerance">
    /// Largest last change of a budget, relative to the larger of the budget and one token, that counts as converged.
    /// </param>
    /// <param name="iterationLimit">Maximum number of iterations.</param>
    public static MethodResult Solve(
        Workload workload, ReadOnlySpan<double> start = default, double tolerance = 1e-10, int iterationLimit = 10_000)
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

/// <summary>The map ℓ̂ of (22): each task's stationary budget at given E[S] and E[S²].</summary>
internal sealed class FixedPointMap(ObjectiveModel model)
{
    /// <summary>ℓ̂_k and how fast it moves with δ = 1 − λE[S] and with E[S²]; −∞ for a task that gains nothing.</summary>
    internal (double Budget, double PerSlack, double PerSecondMoment) At(int k, in Moments moments)
    {
        double lambda = model.Lambda, slack = moments.Slack, b = model.B[k], c = model.C[k];
        double offset = -(model.T0[k] / c) - (slack / (lambda * c)) - (lambda * moments.Second / (2 * c * slack));

        // As a sum of logarithms: the product may leave the range of a double where none of its factors does.
        double logarithm = (2 * Math.Log(b / c)) + Math.Log(model.Alpha * model.A[k]) + Math.Log(slack / lambda);
        if (double.IsNegativeInfinity(logarithm))
            return (double.NegativeInfinity, 0, 0);

        // ω + ln ω = ln(bL) − bK, so ℓ̂ = ω/b + K = (ln(bL) − ln ω)/b: the second does not cancel where ω is large.
        double omega = WrightOmega.At(logarithm - (b * offset));
        double budget = omega < 1 ? (omega / b) + offset : (logarithm - Math.Log(omega)) / b;
        double perOffset = 1 / (1 + omega), perLogarithm = omega / (1 + omega) / b;
        double offsetPerSlack = (-1 / (lambda * c)) + (lambda * moments.Second / (2 * c * slack * slack));
        double offsetPerSecond = -lambda / (2 * c * slack);
        return (budget, (perLogarithm / slack) + (perOffset * offsetPerSlack), perOffset * offsetPerSecond);
    }

    /// <summary>
    /// Spectral radius of the projected map's Jacobian. ℓ̂ depends on the budgets through E[S] and E[S²] only, so the
    /// Jacobian has rank two, and its other eigenvalues are those of a 2×2 matrix; tasks at a bound do not move.
    /// </summary>
    internal double SpectralRadius(ReadOnlySpan<double> budgets, in Moments moments)
    {
        double m11 = 0, m12 = 0, m21 = 0, m22 = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            (double budget, double perSlack, double perSecond) = At(k, moments);
            if (!(budget > 0 && budget < model.MaxBudget[k]))
                continue;
            double slackPerBudget = -model.Lambda * model.Pi[k] * model.C[k];
            double secondPerBudget = 2 * model.Pi[k] * model.C[k] * (model.T0[k] + (model.C[k] * budgets[k]));
            m11 += slackPerBudget * perSlack;
            m12 += slackPerBudget * perSecond;
            m21 += secondPerBudget * perSlack;
            m22 += secondPerBudget * perSecond;
        }

        double half = (m11 + m22) / 2, determinant = (m11 * m22) - (m12 * m21), under = (half * half) - determinant;
        return under >= 0 ? Math.Abs(half) + Math.Sqrt(under) : Math.Sqrt(determinant);
    }
}
