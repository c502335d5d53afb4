using System.Globalization;
using Calibration.Analysis;

namespace Calibration.Report.Tables;

/// <summary>What was excluded at each budget, and what the accuracy can be at most and at least.</summary>
public static class ExclusionTable
{
    /// <summary>Comma-separated values, one row per task and budget with an excluded trial, full precision.</summary>
    public static string Csv(RunFits fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        string[] header =
            ["task", "budget_tokens", "tried", "excluded", "share", "accuracy_if_wrong", "accuracy_if_right", "most_frequent_reason"];
        return CsvText.Of(Excluded(fits).Select(row => new[]
        {
            row.Task.DisplayName, Whole(row.At.BudgetTokens), Whole(row.At.Tried), Whole(row.At.Excluded), Exact(row.At.Share),
            Exact(row.At.AccuracyIfWrong), Exact(row.At.AccuracyIfRight), row.Task.ExclusionReason,
        }).Prepend(header));
    }

    /// <summary>A Markdown table to read.</summary>
    public static string Markdown(RunFits fits)
    {
        ArgumentNullException.ThrowIfNull(fits);
        return HasRows(fits)
            ? "Excluded trials: tried, but not used in the fits.\n\n" + MarkdownText.Of(Rows(fits))
            : "No trial is excluded.\n";
    }

    /// <summary>Whether any trial is excluded.</summary>
    internal static bool HasRows(RunFits fits) => Excluded(fits).Any();

    /// <summary>The table's cells to read, the header first.</summary>
    internal static IEnumerable<string[]> Rows(RunFits fits) =>
    [
        ["Dataset", "budget", "tried", "excluded", "share", "accuracy if wrong", "accuracy if right", "most frequent reason"],
        .. Excluded(fits).Select(row => new[]
        {
            row.Task.DisplayName, Whole(row.At.BudgetTokens), Whole(row.At.Tried), Whole(row.At.Excluded),
            row.At.Share.ToString("0.0 %", CultureInfo.InvariantCulture), Short(row.At.AccuracyIfWrong), Short(row.At.AccuracyIfRight),
            row.Task.ExclusionReason,
        }),
    ];

    private static IEnumerable<(TaskFits Task, BudgetExclusion At)> Excluded(RunFits fits) =>
        from task in fits.Tasks
        from exclusion in task.Exclusions
        where exclusion.Excluded > 0
        select (task, exclusion);

    private static string Whole(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
