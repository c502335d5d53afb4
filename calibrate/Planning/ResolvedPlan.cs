using System.Globalization;
using Calibration.Harness;
using Calibration.Results;

namespace Calibration.Calibrate.Planning;

/// <summary>A plan in a few lines, with everything resolved: file or preset, options and defaults together.</summary>
internal static class ResolvedPlan
{
    /// <param name="plan">The plan with its problems.</param>
    /// <param name="name">The file or preset that it began with; null for the defaults.</param>
    internal static string Text(ExperimentPlan plan, string? name)
    {
        SamplingSettings sampling = plan.Sampling;
        string from = name is null ? "" : $" ({name})";
        string shard = plan.Shard == Shard.Whole ? "" : $", part {plan.Shard.Index} of {plan.Shard.Count}";
        string how = string.Create(
            CultureInfo.InvariantCulture,
            $"{Word(plan.Semantics)} budgets, {Word(plan.PromptFormat)}, temperature {sampling.Temperature}, top-p {sampling.TopP}, top-k "
                + $"{sampling.TopK}, min-p {sampling.MinP}, seed {plan.Seed}, at most {plan.Concurrency} in flight");
        return string.Join('\n', [
            string.Create(
                CultureInfo.InvariantCulture,
                $"Plan{from}: {Count(plan.Tasks.Length, "task")}, {Count(plan.Runs, "run")}, {plan.TrialCount:N0} trials{shard}; {how}"),
            .. plan.Tasks.Select(task =>
                $"  {task.Task}: {Count(task.Problems.Length, "problem")}, "
                    + $"{Math.Min(plan.LatencyItems, task.Problems.Length)} of them timed; budgets {string.Join(',', task.Budgets)}"),
        ]);
    }

    private static string Count(int number, string thing) =>
        $"{number.ToString(CultureInfo.InvariantCulture)} {thing}{(number == 1 ? "" : "s")}";

    private static string Word(BudgetSemantics semantics) => semantics == BudgetSemantics.Exact ? "exact" : "cap";

    private static string Word(PromptFormat format) => format == PromptFormat.TokenIds ? "token ids" : "text";
}
