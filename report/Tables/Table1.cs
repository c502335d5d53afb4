using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Fitting;

namespace Calibration.Report.Tables;

/// <summary>The paper's Table I: fitted parameters with 95 % intervals, and the optimal allocation.</summary>
public static class Table1
{
    /// <summary>Comma-separated values, one row per task, full precision.</summary>
    public static string Csv(RunFits fits, RunAllocation? allocation)
    {
        ArgumentNullException.ThrowIfNull(fits);
        const string Header =
            "task,verdict,A,A_low,A_high,b_per_token,b_per_token_low,b_per_token_high,D,D_low,D_high,service_verdict,"
            + "t0_s,t0_s_low,t0_s_high,c_s_per_token,c_s_per_token_low,c_s_per_token_high,"
            + "l_star_tokens,l_star_tokens_low,l_star_tokens_high,l_star_integer_tokens,l_star_source,simulated,"
            + "largest_excluded_share,shape,arrival_rate_per_s,accuracy_weight_s,max_budget_tokens,probability";
        return CsvText.Of(fits.Tasks.Select(task => CsvRow(fits, allocation, task)).Prepend(Header.Split(',')));
    }

    private static string[] CsvRow(RunFits fits, RunAllocation? allocation, TaskFits task)
    {
        TaskAllocation? decided = Decided(allocation, task);
        return
        [
            task.DisplayName,
            task.Accuracy.Verdict.ToString(),
            .. Cells(task.Accuracy.A),
            .. Cells(task.Accuracy.B),
            .. Cells(task.Accuracy.D),
            task.Service.Verdict.ToString(),
            .. Cells(task.Service.T0Seconds),
            .. Cells(task.Service.SecondsPerToken),
            decided is null ? "" : Exact(decided.BudgetTokens),
            IntervalOf(allocation, task) is { } low ? Exact(low.Low) : "",
            IntervalOf(allocation, task) is { } high ? Exact(high.High) : "",
            decided is null ? "" : decided.IntegerBudgetTokens.ToString(CultureInfo.InvariantCulture),
            decided is null ? "" : decided.Measured ? "measured" : "curve",
            fits.Simulated ? "true" : "false",
            Exact(task.Exclusions.Select(exclusion => exclusion.Share).DefaultIfEmpty(0).Max()),
            Shape(task, decided),
            .. Point(allocation, decided),
        ];
    }

    /// <summary>A Markdown table to read.</summary>
    public static string Markdown(RunFits fits, RunAllocation? allocation)
    {
        ArgumentNullException.ThrowIfNull(fits);
        var text = new StringBuilder($"Table I, {Caption(fits, allocation)}. 95 % intervals in brackets.\n\n");
        text.Append(MarkdownText.Of(Rows(fits, allocation)));
        foreach (TaskFits task in fits.Tasks.Where(task => task.MarkedBudgets.Any()))
            text.Append("\n\\* ").Append(task.DisplayName).Append(": ").AppendJoin(
                "; ", task.MarkedBudgets.Select(exclusion => exclusion.Sentence)).Append(".\n");
        return text.ToString();
    }

    /// <summary>The table's cells to read, the header first.</summary>
    public static IEnumerable<string[]> Rows(RunFits fits, RunAllocation? allocation) =>
    [
        ["Dataset", "A", "b (1/token)", "D", "t0 (s)", "c (s/token)", "ℓ* (tokens)", "shape", "verdict"],
        .. fits.Tasks.Select(task => new[]
        {
            Marked(task), Read(task.Accuracy.A), Read(task.Accuracy.B), Read(task.Accuracy.D), Read(task.Service.T0Seconds), Read(
                task.Service.SecondsPerToken),
            Star(Decided(allocation, task), IntervalOf(allocation, task)), Shape(task, Decided(allocation, task)), Verdicts(task),
        }),
    ];

    /// <summary>The task's name, with a mark where more than 1 % of the trials at a budget are excluded.</summary>
    private static string Marked(TaskFits task) => task.DisplayName + (task.MarkedBudgets.Any() ? "*" : "");

    /// <summary>Where the numbers come from, and the operating point.</summary>
    public static string Caption(RunFits fits, RunAllocation? allocation) =>
        TableSource.Of(fits)
        + (allocation is null ? "" : $"; ℓ* at {AllocationPoint.Of(allocation).Caption}");

    /// <summary>The operating point's cells of a task's row; a task without a share has none of the queries.</summary>
    private static string[] Point(RunAllocation? allocation, TaskAllocation? decided) => allocation is null
        ? ["", "", "", ""]
        :
        [
            Exact(allocation.ArrivalRatePerSecond),
            Exact(allocation.AccuracyWeightSeconds),
            Exact(allocation.MaxBudgetTokens),
            Exact(decided?.Probability ?? 0),
        ];

    /// <summary>Percentile interval of a task's ℓ*; null without a bootstrap.</summary>
    internal static Interval? IntervalOf(RunAllocation? allocation, TaskFits task) =>
        allocation?.Decision?.Tasks.FirstOrDefault(decided => decided.Task == task.Task)?.BudgetTokens;

    internal static TaskAllocation? Decided(RunAllocation? allocation, TaskFits task) =>
        allocation?.Tasks.FirstOrDefault(decided => decided.Task == task.Task);

    private static string[] Cells(ParameterEstimate estimate) => estimate.Status == ParameterStatus.NotIdentifiable
        ? ["", "", ""]
        :
        [
            Exact(estimate.Value),
            estimate.Interval is null ? "" : Exact(estimate.Interval.Low),
            estimate.Interval is null ? "" : Exact(estimate.Interval.High),
        ];

    private static string Read(ParameterEstimate estimate)
    {
        if (estimate.Status == ParameterStatus.NotIdentifiable)
            return "–";
        string interval = estimate.Interval is null ? "" : $" [{Short(estimate.Interval.Low)}, {Short(estimate.Interval.High)}]";
        return Short(estimate.Value) + interval + (estimate.Status == ParameterStatus.AtBound ? " (at bound)" : "");
    }

    private static string Star(TaskAllocation? decided, Interval? interval)
    {
        if (decided is null)
            return "–";
        string remark = decided.Measured ? " (measured)" : decided.Extrapolated ? " (extrapolated)" : "";
        string shown = interval is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" [{interval.Low:0.0}, {interval.High:0.0}]");
        return decided.BudgetTokens.ToString("0.0", CultureInfo.InvariantCulture) + shown + remark;
    }

    /// <summary>The shape of the task's gain in the decision; before it, the one that its data chose.</summary>
    private static string Shape(TaskFits task, TaskAllocation? decided) =>
        decided is { Shape: { Length: > 0 } used } ? used : task.Shape?.ShownName ?? "–";

    private static string Verdicts(TaskFits task) => task.Service.Verdict == Verdict.Identified
        ? task.Accuracy.Verdict.ToString()
        : $"{task.Accuracy.Verdict}; time {task.Service.Verdict}";

    private static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
