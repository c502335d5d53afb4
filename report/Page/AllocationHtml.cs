using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Report.Tables;

namespace Calibration.Report.Page;

/// <summary>The page's sections on what was decided.</summary>
internal static class AllocationHtml
{
    internal static void Append(StringBuilder html, RunAllocation? allocation)
    {
        html.Heading("Allocation");
        if (allocation is null)
        {
            html.Paragraph(AnswerText.Of(null));
            return;
        }

        html.Table(Budgets(allocation), "Allocation by task").Paragraph(Totals(allocation));
        if (allocation.Decision is { } decision)
        {
            html.Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"Intervals of {100 * decision.Level:0.#} % come from {decision.Replicates:N0} bootstrap replicates that fit and optimise "
                    + $"again{Infeasible(decision)}. From each value its misfit (how far the curves lie above the measured accuracies) and "
                    + $"its optimism (the data choose what looks best on them) are subtracted."));
            html.Heading("Value of the decision").Table(Values(allocation, decision), "Value of the decision");
        }

        html.Heading("Without a fitted curve").Paragraph(ModelFree(allocation));
        html.Heading("Stability").Paragraph(Stability(allocation)).Paragraph($"Simulated queue at ℓ*: {allocation.QueueVerdict}");
        html.Heading("Uniform budgets").Table(Uniform(allocation), "J at uniform budgets");
        if (!allocation.UnstableUniform.IsEmpty)
            html.Paragraph($"Not stable: {string.Join(", ", allocation.UnstableUniform.Select(HtmlText.Integer))} tokens.");
        html.Heading("Frontier").Details("The best allocation at each accuracy weight α", inside =>
            inside.Table(Frontier(allocation), "Frontier of accuracy against mean system time"));
        if (allocation.Methods.IsEmpty)
            return;
        html.Heading("The paper's own methods").Paragraph(Rounding(allocation));
        foreach (MethodOutcome method in allocation.Methods)
            html.Paragraph(method.Sentence);
    }

    /// <summary>J at the paper's roundings and its lower bound, beside the best integer budgets.</summary>
    private static string Rounding(RunAllocation allocation)
    {
        (string Name, double? Value)[] all =
        [
            ("the best integer budgets", allocation.IntegerObjective), ("the best corner around ℓ* (39)", allocation.CornerObjective),
            ("ℓ* rounded (40)", allocation.RoundedObjective), ("the lower bound (41)", allocation.LowerBound),
        ];
        return $"J in seconds: {string.Join(", ", all.Where(one => one.Value is not null).Select(one =>
            $"{one.Name} {HtmlText.Decimals(one.Value!.Value, 4)}"))}.";
    }

    private static string Infeasible(DecisionReport decision) => decision.Infeasible == 0
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"; in {decision.Infeasible:N0} more nothing was stable: they are in no interval");

    private static IEnumerable<string[]> Budgets(RunAllocation allocation) =>
    [
        [
            "Dataset", "share", "ℓ*", "interval of ℓ*", "integer ℓ*", "best measured", "mean thinking tokens", "accuracy",
            "measured there", "service (s)", "based on", "dℓ*/dλ", "dℓ*/dα",
        ],
        .. allocation.Tasks.Select(task => new[]
        {
            task.DisplayName, HtmlText.Number(task.Probability), HtmlText.Decimals(task.BudgetTokens, 1),
            IntervalOf(allocation, task), HtmlText.Integer(task.IntegerBudgetTokens), HtmlText.Integer(task.ModelFreeBudgetTokens),
            task.MeanThinkingTokens is { } mean ? (task.Extrapolated ? "≥ " : "") + HtmlText.Decimals(mean, 1) : "all",
            HtmlText.Number(task.Accuracy), task.MeasuredAccuracy is { } measured ? HtmlText.Number(measured) : "–",
            HtmlText.Number(task.ServiceSeconds), BasisOf(task), task.BudgetPerArrivalRate is { } rate ? HtmlText.Number(rate) : "–",
            task.BudgetPerAccuracyWeight is { } weight ? HtmlText.Number(weight) : "–",
        }),
        .. allocation.LeftOut.Select(task => new[] { task.DisplayName }.Concat(Enumerable.Repeat("–", 9)).Append(task.Reason)
            .Concat(["–", "–"]).ToArray()),
    ];

    private static string IntervalOf(RunAllocation allocation, TaskAllocation task) =>
        allocation.Decision?.Tasks.FirstOrDefault(decided => decided.Task == task.Task) is { } decided
            ? string.Create(CultureInfo.InvariantCulture, $"{decided.BudgetTokens.Low:0.0} to {decided.BudgetTokens.High:0.0}")
                + (decided.ShareWithoutThinking > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"; 0 in {100 * decided.ShareWithoutThinking:0.#} %")
                    : "")
            : "–";

    private static string BasisOf(TaskAllocation task) => task.Measured
        ? "best measured budget"
        : (task.Shape.Length > 0 ? $"fitted curve ({task.Shape})" : "fitted curve") + (task.Extrapolated ? ", extrapolated" : "");

    private static string Totals(RunAllocation allocation) => string.Create(
        CultureInfo.InvariantCulture,
        $"At λ = {allocation.ArrivalRatePerSecond}/s and α = {allocation.AccuracyWeightSeconds} s: J = {allocation.Objective:0.0000} s "
            + $"(integer budgets {allocation.IntegerObjective:0.0000} s), accuracy {allocation.Accuracy:0.0000}, mean system time "
            + $"{allocation.MeanSystemTimeSeconds:0.0000} s, mean wait {allocation.MeanWaitSeconds:0.0000} s, utilization "
            + $"{allocation.Utilization:0.0000}.{Proof(allocation)}");

    private static string Proof(RunAllocation allocation) => (allocation.KktResidual is { } residual
        ? string.Create(CultureInfo.InvariantCulture, $" KKT residual {residual:0.0e+0}.")
        : "") + (allocation.GapBound is { } gap
            ? string.Create(CultureInfo.InvariantCulture, $" The optimum of the fitted curves is at most {gap:0.0e+0} s higher.")
            : " No bound on the optimum could be proved on this server.");

    private static IEnumerable<string[]> Values(RunAllocation allocation, DecisionReport decision)
    {
        yield return ["Quantity (s)", "value", "interval", "by the curves", "misfit", "optimism", "standard deviation"];
        yield return Row("J at ℓ*", decision.Objective);
        if (decision.BestUniform is { } uniform && allocation.BestUniform is { } best)
            yield return Row(string.Create(CultureInfo.InvariantCulture, $"J at the best uniform budget, {best.BudgetTokens:0}"), uniform);
        if (decision.GainOverUniform is { } gain)
            yield return Row("gain of ℓ* over it", gain);
        yield return Row("J of the best measured budgets less J at ℓ*", decision.ModelFreeDifference);
    }

    private static string[] Row(string name, CorrectedValue value) =>
    [
        name, HtmlText.Decimals(value.Value, 4),
        $"{HtmlText.Decimals(value.Interval.Low, 4)} to {HtmlText.Decimals(value.Interval.High, 4)}", HtmlText.Decimals(value.Raw, 4),
        HtmlText.Decimals(value.Misfit, 4), HtmlText.Decimals(value.Optimism, 4), HtmlText.Decimals(value.StandardDeviation, 4),
    ];

    private static string ModelFree(RunAllocation allocation)
    {
        string budgets = string.Join(", ", allocation.Tasks.Select(task =>
            $"{task.DisplayName} {HtmlText.Integer(task.ModelFreeBudgetTokens)}"));
        return $"If only measured budgets may be chosen, the best are {budgets}, with J = "
            + $"{HtmlText.Decimals(allocation.ModelFreeObjective, 4)} s. These budgets do not rest on a curve between measured points.";
    }

    private static string Stability(RunAllocation allocation)
    {
        string here = allocation.StabilityLimitPerSecond is { } limit
            ? string.Create(CultureInfo.InvariantCulture, $"These budgets are stable below {limit:0.####} queries per second.")
            : "These budgets take no time.";
        return here + (allocation.StabilityLimitWithoutThinkingPerSecond is { } most
            ? string.Create(CultureInfo.InvariantCulture, $" From {most:0.####} queries per second on, no budgets are stable.")
            : "");
    }

    private static IEnumerable<string[]> Uniform(RunAllocation allocation) =>
    [
        ["Budget of every task", "J (s)", "interval", "extrapolated", "interpolated"],
        .. allocation.Uniform.Select(uniform => new[]
        {
            HtmlText.Integer(uniform.BudgetTokens), HtmlText.Decimals(uniform.Objective, 4), Shown(uniform.Interval),
            string.Join(", ", uniform.ExtrapolatedTasks), string.Join(", ", uniform.InterpolatedTasks),
        }),
        .. allocation.BestUniform is { } best
            ?
            [
                [
                    HtmlText.Decimals(best.BudgetTokens, 0) + " (best)", HtmlText.Decimals(best.Objective, 4), Shown(best.Interval), "", "",
                ],
            ]
            : Array.Empty<string[]>(),
    ];

    private static string Shown(Interval? interval) =>
        interval is null ? "–" : $"{HtmlText.Decimals(interval.Low, 4)} to {HtmlText.Decimals(interval.High, 4)}";

    private static IEnumerable<string[]> Frontier(RunAllocation allocation) =>
    [
        ["α (s)", "accuracy", "mean system time (s)", .. allocation.Tasks.Select(task => $"ℓ* {task.DisplayName}")],
        .. allocation.Frontier.Select(point => (string[])
        [
            HtmlText.Number(point.AccuracyWeightSeconds), HtmlText.Decimals(point.Accuracy, 4),
            HtmlText.Number(point.MeanSystemTimeSeconds),
            .. point.BudgetTokens.IsEmpty
                ? allocation.Tasks.Select(_ => "–")
                : point.BudgetTokens.Select(budget => HtmlText.Decimals(budget, 1)),
        ]),
    ];
}
