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
            "dataset,verdict,A,A_low,A_high,b,b_low,b_high,D,D_low,D_high,service_verdict,t0_s,t0_s_low,t0_s_high,"
            + "c_s_per_token,c_s_per_token_low,c_s_per_token_high,l_star,l_star_integer,l_star_source,simulated,"
            + "largest_excluded_share,shape,"
            + "arrival_rate_per_s,accuracy_weight_s,max_budget_tokens,share";
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
        string[][] rows = [.. Rows(fits, allocation)];
        var text = new StringBuilder($"Table I, {Caption(fits, allocation)}. 95 % intervals in brackets.\n\n");
        text.Append("| ").AppendJoin(" | ", rows[0]).Append(" |\n|").Append(string.Concat(Enumerable.Repeat("---|", rows[0].Length)))
            .Append(
            '\n');
        foreach (string[] row in rows.Skip(1))
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        foreach (TaskFits task in fits.Tasks.Where(task => task.MarkedBudgets.Any()))
            text.Append("\n\\* ").Append(task.DisplayName).Append(": ").AppendJoin(
                "; ", task.MarkedBudgets.Select(exclusion => exclusion.Sentence)).Append(".\n");
        return text.ToString();
    }

    /// <summary>The table's cells to read, the header first.</summary>
    internal static IEnumerable<string[]> Rows(RunFits fits, RunAllocation? allocation) =>
    [
        ["Dataset", "A", "b", "D", "t0 (s)", "c (s/token)", "ℓ*", "shape", "verdict"],
        .. fits.Tasks.Select(task => new[]
        {
            Marked(task), Read(task.Accuracy.A), Read(task.Accuracy.B), Read(task.Accuracy.D), Read(task.Service.T0Seconds), Read(
                task.Service.SecondsPerToken),
            Star(Decided(allocation, task)), Shape(task, Decided(allocation, task)), Verdicts(task),
        }),
    ];

    /// <summary>A LaTeX table for a two-column paper.</summary>
    public static string Latex(RunFits fits, RunAllocation? allocation)
    {
        ArgumentNullException.ThrowIfNull(fits);
        var text = new StringBuilder(
            "\\begin{table}[t]\n\\caption{Accuracy and latency model parameters and optimal allocation ("
                + TexText.Escaped(Caption(fits, allocation)) + ").}\n\\centering\n\\begin{tabular}{lcccccc}\n\\hline\n");
        text.Append("Dataset & $A_k$ & $b_k$ & $D_k$ & $t_{0k}$ & $c_k$ & $\\ell_k^*$ \\\\\n\\hline\n");
        foreach (TaskFits task in fits.Tasks)
        {
            TaskAllocation? decided = Decided(allocation, task);
            AccuracyFit fit = task.Accuracy;
            string star = decided is null
                ? "--"
                : decided.BudgetTokens.ToString("0.0", CultureInfo.InvariantCulture)
                + (Mark(task, decided) is { Length: > 0 } mark ? mark : decided.Extrapolated ? "$^\\ddagger$" : "");
            string name = TexText.Escaped(Marked(task)).Replace("*", "$^*$", StringComparison.Ordinal);
            text.AppendJoin(
                " & ", [name, Tex(fit.A), Tex(fit.B), Tex(fit.D), Tex(task.Service.T0Seconds), Tex(task.Service.SecondsPerToken), star])
                    .Append(" \\\\\n");
        }

        text.Append("\\hline\n\\end{tabular}\n");
        if (fits.Tasks.Any(task => task.MarkedBudgets.Any()))
            text.Append("\\\\ $^*$ more than 1\\,\\% of the trials at a budget are excluded\n");
        if (allocation?.Tasks.Any(task => task.Measured) == true)
            text.Append("\\\\ $^\\dagger$ best measured budget: no curve could be identified\n");
        if (fits.Tasks.Any(task => Decided(allocation, task) is { Measured: false } && task.Shape is { Kind: not ShapeKind.Exponential }))
            text.Append("\\\\ $^\\S$ exponential rejected: Hill curve or interpolation\n");
        if (fits.Tasks.Any(task => Decided(allocation, task) is not null && task.Shape?.Fall is not null))
            text.Append("\\\\ $^\\P$ accuracy falls beyond a budget: fitted up to the peak\n");
        if (allocation?.Tasks.Any(task => task.Extrapolated) == true)
            text.Append("\\\\ $^\\ddagger$ beyond the largest measured budget\n");
        return text.Append("\\end{table}\n").ToString();
    }

    /// <summary>The task's name, with a mark where more than 1 % of the trials at a budget are excluded.</summary>
    private static string Marked(TaskFits task) => task.DisplayName + (task.MarkedBudgets.Any() ? "*" : "");

    private static string Mark(TaskFits task, TaskAllocation decided)
    {
        string fall = task.Shape?.Fall is null ? "" : "$^\\P$";
        if (decided.Measured)
            return "$^\\dagger$" + fall;
        return (task.Shape is { Kind: not ShapeKind.Exponential } ? "$^\\S$" : "") + fall;
    }

    private static string Caption(RunFits fits, RunAllocation? allocation) =>
        $"model {fits.Model}" + (fits.Simulated ? ", simulated endpoint" : "")
            + (fits.Incomplete is { } incomplete ? $", {incomplete}" : "")
        + (fits.Samples ? ", sample problems (not the benchmarks')" : "")
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

    private static TaskAllocation? Decided(RunAllocation? allocation, TaskFits task) =>
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

    private static string Star(TaskAllocation? decided)
    {
        if (decided is null)
            return "–";
        string remark = decided.Measured ? " (measured)" : decided.Extrapolated ? " (extrapolated)" : "";
        return decided.BudgetTokens.ToString("0.0", CultureInfo.InvariantCulture) + remark;
    }

    /// <summary>The shape of the task's gain in the decision; before it, the one that its data chose.</summary>
    private static string Shape(TaskFits task, TaskAllocation? decided) =>
        decided is { Shape: { Length: > 0 } used } ? used : task.Shape?.ShownName ?? "–";

    private static string Verdicts(TaskFits task) => task.Service.Verdict == Verdict.Identified
        ? task.Accuracy.Verdict.ToString()
        : $"{task.Accuracy.Verdict}; time {task.Service.Verdict}";

    private static string Tex(ParameterEstimate estimate)
    {
        if (estimate.Status == ParameterStatus.NotIdentifiable)
            return "--";
        double value = estimate.Value;
        if (value == 0 || Math.Abs(value) >= 1e-3)
            return value.ToString("0.####", CultureInfo.InvariantCulture);
        int exponent = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return string.Create(CultureInfo.InvariantCulture, $"${value / Math.Pow(10, exponent):0.00} \\times 10^{{{exponent}}}$");
    }

    private static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    private static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
