namespace Calibration.Optimizer.Paper;

/// <summary>The paper's lower bound on what rounding can cost.</summary>
public static class RoundingBound
{
    /// <summary>
    /// J̄(ℓ), equation (41), in seconds: every budget one token lower in accuracy, every service time one token longer.
    /// Null where its condition λ(E[S] + c_max) &lt; 1 does not hold, and where p(ℓ − 1) is no number, because b is so large that the
    /// curve leaves the range of a double one token below 0.
    /// </summary>
    public static double? At(Workload workload, ReadOnlySpan<double> budgets)
    {
        ArgumentNullException.ThrowIfNull(workload);
        Performance performance = workload.At(budgets);
        double slowest = 0, accuracy = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            TaskModel task = workload.Tasks[k];
            slowest = task.MaxBudgetTokens > 0 ? Math.Max(slowest, task.Service.SecondsPerToken) : slowest;
            accuracy += task.Probability * task.Accuracy.At(task.MaxBudgetTokens > 0 ? budgets[k] - 1 : budgets[k]);
        }

        double lambda = workload.ArrivalRatePerSecond;
        double slack = 1 - (lambda * (performance.MeanServiceSeconds + slowest));
        if (!(slack > 0))
            return null;
        double bound = (workload.AccuracyWeightSeconds * accuracy)
            - (((lambda * performance.MeanSquareServiceSeconds2) + (2 * slowest)) / (2 * slack)) - performance.MeanServiceSeconds;
        return double.IsFinite(bound) ? bound : null;
    }
}
