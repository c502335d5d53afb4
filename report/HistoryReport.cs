using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Report.Page;
using Calibration.Report.Tables;

namespace Calibration.Report;

/// <summary>Several runs over time, as Markdown and as one HTML page.</summary>
public static class HistoryReport
{
    private const string OverTime = "Over time";
    private const string ByTask = "ℓ* and accuracy by task";
    private const string Claims = "Claimed differences from the first run";

    /// <summary>The runs as Markdown: the answer first.</summary>
    public static string Markdown(RunHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var text = new StringBuilder();
        text.Append("# ").Append(Title(history)).Append("\n\n").Append(Answer(history)).Append("\n\n");
        foreach (string sentence in Sentences(history))
            text.Append(sentence).Append('\n');
        text.Append('\n');
        foreach (string warning in Warnings(history))
            text.Append("- ").Append(warning).Append('\n');
        text.Append("\n## ").Append(OverTime).Append("\n\n").Append(MarkdownText.Of(HistoryTable.Runs(history)))
            .Append("\n## ").Append(ByTask).Append("\n\n").Append(MarkdownText.Of(HistoryTable.Tasks(history)));
        if (history.HasClaims)
            text.Append("\n## ").Append(Claims).Append("\n\n").Append(MarkdownText.Of(HistoryTable.Claims(history)));
        return text.ToString();
    }

    /// <summary>The runs as one self-contained page; every text from outside is escaped.</summary>
    /// <param name="history">The runs.</param>
    /// <param name="figure">The figure's SVG.</param>
    public static string Html(RunHistory history, string figure)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(figure);
        StringBuilder html = ComparisonPage.Begin(Title(history), Answer(history));
        foreach (string sentence in Sentences(history))
            html.Paragraph(sentence);
        foreach (string warning in Warnings(history))
            html.Warning(warning);
        html.Figure(figure);
        html.Heading(OverTime).Table(HistoryTable.Runs(history), OverTime);
        html.Heading(ByTask).Table(HistoryTable.Tasks(history), ByTask);
        if (history.HasClaims)
            html.Heading(Claims).Table(HistoryTable.Claims(history), Claims);
        return ComparisonPage.End(html);
    }

    private static string Answer(RunHistory history)
    {
        ComparedRun last = history.Runs[^1].Run;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Under the last run ({last.Run}, {last.CreatedUtc:yyyy-MM-dd}): {history.Runs[^1].Decision!.Sentence}");
    }

    private static IEnumerable<string> Sentences(RunHistory history)
    {
        ComparedRun first = history.Runs[0].Run;
        string budgets = string.Join(
            ", ",
            history.Runs[0].Kept.Budgets.Select(at =>
                string.Create(CultureInfo.InvariantCulture, $"{at.Task} {at.BudgetTokens:0}")));
        yield return $"Operating point: {history.OperatingPoint}.";
        yield return $"The old, kept allocation is that of the first run, {first.Run}, in integer budgets: {budgets}.";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{history.Tests} differences from the first run were tested; a star and the list of claims name those that are claimed, with "
                + $"an error of 5 % for all together (Holm). {(history.HasClaims ? "" : "Nothing is claimed to differ.")}").TrimEnd();
    }

    /// <summary>What differs between each run and the first; what is said of several runs is said once.</summary>
    private static IEnumerable<string> Warnings(RunHistory history) =>
    [
        .. from comparison in history.Comparisons
           from warning in comparison.Warnings
           orderby warning.Severity descending
           group comparison.New.Run by $"{warning.Severity}: {warning.Text}" into said
           let runs = said.Distinct().ToArray()
           let isSaid = runs.Length == history.Comparisons.Length || runs.All(run => said.Key.Contains(run, StringComparison.Ordinal))
           select isSaid ? said.Key : $"{said.Key} (Old: the first run. New: {string.Join(", ", runs)}.)",
    ];

    private static string Title(RunHistory history)
    {
        string[] models = [.. history.Runs.Select(run => run.Run.Model).Distinct()];
        return $"{history.Runs.Length} runs of {string.Join(", ", models)}";
    }
}
