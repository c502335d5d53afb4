using System.Globalization;
using Calibration.Analysis;

namespace Calibration.Calibrate.Output;

/// <summary>What a given allocation costs, as text.</summary>
internal static class AllocationValueText
{
    internal static string Of(AllocationValue value)
    {
        string budgets = string.Join(
            ", ", value.Budgets.Select(at => string.Create(CultureInfo.InvariantCulture, $"{at.Task} {at.BudgetTokens:0.#}")));
        if (!value.Performance.IsStable)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"At {budgets} the queue is not stable: utilization {value.Performance.Utilization:0.###}.");
        }

        string cut = string.Concat(value.Budgets.Where(at => at.ValuedAtTokens is not null).Select(at => string.Create(
            CultureInfo.InvariantCulture,
            $"\n  {at.Task} is valued as at {at.ValuedAtTokens:0.#} tokens, the largest of which the run knows something")));
        string between = string.Concat(value.Budgets.Where(at => !at.InterpolatedBetweenTokens.IsEmpty).Select(at => string.Create(
            CultureInfo.InvariantCulture,
            $"\n  {at.Task} has no curve and was not measured at {at.BudgetTokens:0.#} tokens: its accuracy is interpolated between "
                + $"{at.InterpolatedBetweenTokens[0]:0.#} and {at.InterpolatedBetweenTokens[1]:0.#}, an error not in the intervals; "
                + $"measure it with calibrate run --resume RUN --add-budgets {at.Task}={at.BudgetTokens:0}")));
        string loss = value.Loss is { } lost
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"\n  loss against the run's best allocation {lost.Value:0.000} s [{lost.Interval.Low:0.000}, {lost.Interval.High:0.000}]")
            : "";
        string unstable = value.Unstable > 0
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"\n  {value.Unstable} of {value.Replicates + value.Unstable} replicates are not stable")
            : "";
        return $"At {budgets}, with 95 % intervals:\n  J {Shown(value.Objective)} s, accuracy {Shown(value.Accuracy)}, mean system time "
            + $"{Shown(value.MeanSystemTimeSeconds)} s{loss}{cut}{between}{unstable}";
    }

    private static string Shown(ValueInterval? value) => value is null ? "" : value.Interval is { } interval
        ? string.Create(CultureInfo.InvariantCulture, $"{value.Value:0.000} [{interval.Low:0.000}, {interval.High:0.000}]")
        : value.Value.ToString("0.000", CultureInfo.InvariantCulture);
}
