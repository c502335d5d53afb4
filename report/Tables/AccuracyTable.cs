using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Fitting;

namespace Calibration.Report.Tables;

/// <summary>
/// Measured accuracy by task and budget, with the number of answers and 95 % intervals clustered by problem; and the shares of answers
/// that could not be read, and whose thinking the budget ended.
/// </summary>
public static class AccuracyTable
{
    private const int TasksPerTable = 6;

    /// <summary>Comma-separated values, one row per task and budget, full precision.</summary>
    public static string Csv(RunFits fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        return CsvText.Of(Points(fits).Select(row => new[]
        {
            row.Task.DisplayName, Whole(row.Point.BudgetTokens), Exact(row.Point.Answers), Exact(row.Point.Correct),
            Exact(row.Point.Correct / row.Point.Answers), row.Interval is null ? "" : Exact(row.Interval.Low),
            row.Interval is null ? "" : Exact(row.Interval.High), row.Interval is null ? "" : Whole(row.Interval.Problems),
            row.Answers is null ? "" : Exact(row.Answers.UnreadShare), row.Answers is null ? "" : Exact(row.Answers.LimitedShare),
        }).Prepend(
        [
            "task", "budget_tokens", "answers", "correct", "accuracy", "accuracy_low", "accuracy_high", "problems", "unread_share",
            "limited_share",
        ]));
    }

    /// <summary>A Markdown table to read.</summary>
    public static string Markdown(RunFits fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        return $"Accuracy by task and budget, {TableSource.Of(fits)}. 95 % intervals (clustered by problem) in brackets. "
            + "Not read: answers that could not be read; they count as wrong. Budget-limited: answers whose thinking the budget ended, "
            + "not the model.\n\n"
            + MarkdownText.Of(Points(fits).Select(row => new[]
            {
                row.Task.DisplayName, Whole(row.Point.BudgetTokens), Exact(row.Point.Answers), Cell(row.Point, row.Interval),
                Percent(row.Answers?.UnreadShare), Percent(row.Answers?.LimitedShare),
            }).Prepend(["Dataset", "budget ℓ (tokens)", "answers", "accuracy", "not read", "budget-limited"]));
    }

    /// <summary>Cells to read, budgets down and tasks across, the header first.</summary>
    internal static IEnumerable<string[]> Matrix(RunFits fits)
    {
        var cells = Points(fits).ToDictionary(row => (row.Task.Task, row.Point.BudgetTokens));
        yield return
        [
            "Budget",
            .. fits.Tasks.Select(task => $"{task.DisplayName} (n = {Counts(task).Replace("--", " to ", StringComparison.Ordinal)})"),
        ];
        foreach (int budget in cells.Keys.Select(key => key.BudgetTokens).Distinct().Order())
        {
            yield return
            [
                Whole(budget),
                .. fits.Tasks.Select(task => cells.TryGetValue((task.Task, budget), out var row) ? Cell(row.Point, row.Interval) : "–"),
            ];
        }
    }

    /// <summary>Cells to read of the shares of answers, budgets down and tasks across, the header first.</summary>
    /// <param name="fits">The fits.</param>
    /// <param name="share">Which share.</param>
    internal static IEnumerable<string[]> Shares(RunFits fits, Func<BudgetAnswers, double> share)
    {
        yield return ["Budget", .. fits.Tasks.Select(task => task.DisplayName)];
        foreach (int budget in fits.Tasks.SelectMany(task => task.Answers).Select(at => at.BudgetTokens).Distinct().Order())
        {
            yield return
            [
                Whole(budget),
                .. fits.Tasks.Select(task =>
                    Percent(task.Answers.FirstOrDefault(at => at.BudgetTokens == budget) is { } at ? share(at) : null)),
            ];
        }
    }

    /// <summary>LaTeX tables over both columns: budgets down, at most six tasks across.</summary>
    public static string Latex(RunFits fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        return string.Join('\n', fits.Tasks.Chunk(TasksPerTable).Select((tasks, index) => Latex(fits, tasks, index)));
    }

    private static string Latex(RunFits fits, TaskFits[] tasks, int index)
    {
        var text = new StringBuilder("\\begin{table*}[t]\n\\caption{Measured accuracy by task and thinking budget, with 95\\,\\% "
            + "intervals clustered by problem in brackets; ").Append(TexText.Escaped(TableSource.Of(fits))).Append(
            ".}\n\\label{tab:accuracy").Append(index == 0 ? "" : Whole(index + 1)).Append(
            "}\n\\centering\n\\footnotesize\n\\setlength{\\tabcolsep}{3pt}\n\\begin{tabular}{@{}r")
            .Append('c', tasks.Length).Append("@{}}\n\\toprule\n$\\ell$ (tokens)");
        foreach (TaskFits task in tasks)
            text.Append(" & ").Append(TexText.Wrapped(task.DisplayName, 70));
        text.Append(" \\\\\n$n$ (answers)");
        foreach (TaskFits task in tasks)
            text.Append(" & ").Append(Counts(task));
        text.Append(" \\\\\n\\midrule\n");
        var cells = Points(fits).Where(row => tasks.Contains(row.Task)).ToDictionary(row => (row.Task.Task, row.Point.BudgetTokens));
        foreach (int budget in cells.Keys.Select(key => key.BudgetTokens).Distinct().Order())
        {
            text.Append(budget.ToString("#,0", CultureInfo.InvariantCulture));
            foreach (TaskFits task in tasks)
            {
                text.Append(" & ").Append(cells.TryGetValue((task.Task, budget), out var row) ? Cell(row.Point, row.Interval) : "--");
            }

            text.Append(" \\\\\n");
        }

        return text.Append("\\bottomrule\n\\end{tabular}\n\\end{table*}\n").ToString();
    }

    private static string Counts(TaskFits task)
    {
        double[] answers = [.. task.Accuracy.Points.Where(point => point.Answers > 0).Select(point => point.Answers).Distinct().Order()];
        return answers.Length switch
        {
            0 => "0",
            1 => answers[0].ToString("#,0", CultureInfo.InvariantCulture),
            _ => string.Create(CultureInfo.InvariantCulture, $"{answers[0]:#,0}--{answers[^1]:#,0}"),
        };
    }

    private static IEnumerable<(TaskFits Task, AccuracyPoint Point, AccuracyInterval? Interval, BudgetAnswers? Answers)> Points(
        RunFits fits) =>
        from task in fits.Tasks
        from point in task.Accuracy.Points
        where point.Answers > 0
        select (
            task,
            point,
            task.Intervals.FirstOrDefault(at => at.BudgetTokens == point.BudgetTokens),
            task.Answers.FirstOrDefault(at => at.BudgetTokens == point.BudgetTokens));

    private static string Cell(AccuracyPoint point, AccuracyInterval? interval) => string.Create(
        CultureInfo.InvariantCulture, $"{point.Correct / point.Answers:0.000}")
        + (interval is null ? "" : string.Create(CultureInfo.InvariantCulture, $" [{interval.Low:0.000}, {interval.High:0.000}]"));

    private static string Percent(double? share) => share?.ToString("0.0 %", CultureInfo.InvariantCulture) ?? "–";

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
