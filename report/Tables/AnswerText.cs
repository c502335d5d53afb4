using System.Globalization;
using Calibration.Analysis;

namespace Calibration.Report.Tables;

/// <summary>The answer of a run in sentences.</summary>
public static class AnswerText
{
    /// <summary>The allocation in integer budgets and its gain.</summary>
    public static string Of(RunAllocation? allocation)
    {
        if (allocation is null)
            return "There is no allocation: every task has too many missing trials.";
        string budgets = string.Join(", ", allocation.Tasks.Select(task =>
            $"{task.DisplayName} {task.IntegerBudgetTokens.ToString("#,0", CultureInfo.InvariantCulture)}"));
        return $"Thinking tokens per query: {budgets}. {Gain(allocation)}";
    }

    /// <summary>J with its interval, and what it is made of.</summary>
    public static string Objective(RunAllocation allocation)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        string value = allocation.Decision is { } decision
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{decision.Objective.Value:0.000} s ({100 * decision.Level:0.#} % interval {decision.Objective.Interval.Low:0.000} to "
                    + $"{decision.Objective.Interval.High:0.000} s)")
            : string.Create(CultureInfo.InvariantCulture, $"{allocation.Objective:0.000} s");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"J is {value} at {AllocationPoint.Of(allocation).Caption}: accuracy {allocation.Accuracy:0.000}, mean system time "
                + $"{allocation.MeanSystemTimeSeconds:0.000} s, utilization {allocation.Utilization:0.00}.");
    }

    private static string Gain(RunAllocation allocation)
    {
        if (allocation.BestUniform is not { } uniform)
            return "No uniform budget is stable here.";
        string against = string.Create(CultureInfo.InvariantCulture, $"over the best uniform budget ({uniform.BudgetTokens:#,0} tokens)");
        if (allocation.Decision?.GainOverUniform is not { } gain)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The gain in J {against} is {allocation.Objective - uniform.Objective:0.000} s; it has no interval.");
        }

        string level = string.Create(CultureInfo.InvariantCulture, $"{100 * allocation.Decision.Level:0.#} %");
        string size = string.Create(
            CultureInfo.InvariantCulture,
            $"{gain.Value:0.000} s ({level} interval {gain.Interval.Low:0.000} to {gain.Interval.High:0.000} s)");
        return gain.Interval.Low > 0
            ? $"This gains {size} of J {against}."
            : $"The data show no clear gain in J {against}: {size}.";
    }
}
