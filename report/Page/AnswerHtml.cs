using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Report.Page;

/// <summary>The first screen: the answer in one sentence, and whether it can be trusted.</summary>
internal static class AnswerHtml
{
    internal static string Of(PageContent content)
    {
        (RunFits fits, RunAllocation? allocation) = (content.Fits, content.Allocation);
        var html = new StringBuilder("<p class=\"answer\">").Append(HtmlText.Escaped(AnswerText.Of(allocation))).Append("</p>\n");
        if (allocation is not null)
            html.Paragraph($"Operating point: {AllocationPoint.Of(allocation).Caption}.");
        html.Append("<ul class=\"trust\" aria-label=\"Can it be trusted?\">\n");
        foreach ((string Word, string Text) mark in Marks(fits))
            Item(html, "mark", mark.Word, mark.Text);
        ImmutableArray<Warning> warnings = allocation?.Warnings
            ?? [.. fits.Tasks.Select(task => new Warning(Severity.Serious, $"{task.DisplayName}: {task.Accuracy.Explanation}"))];
        foreach (Warning warning in warnings.Where(warning => warning.Severity != Severity.Note).OrderByDescending(warning =>
            warning.Severity))
            Item(html, warning.Severity.ToString(), warning.Severity.ToString(), warning.Text);
        if (warnings.All(warning => warning.Severity == Severity.Note))
            Item(html, "good", "Checks", "No serious warning and no caution.");
        html.Append("</ul>\n");
        Warning[] notes = [.. warnings.Where(warning => warning.Severity == Severity.Note)];
        if (notes.Length > 0)
        {
            html.Details(notes.Length == 1 ? "1 note" : $"{HtmlText.Integer(notes.Length)} notes", inside =>
            {
                inside.Append("<ul class=\"trust\">\n");
                foreach (Warning note in notes)
                    Item(inside, "Note", "Note", note.Text);
                inside.Append("</ul>\n");
            });
        }

        string started = content.Manifest.CreatedUtc.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return html.Paragraph(
            $"Run {fits.Run}, measured {started} UTC, budgets "
                + $"{(fits.Semantics == BudgetSemantics.Exact ? "exact" : "as caps")}.").ToString();
    }

    private static IEnumerable<(string Word, string Text)> Marks(RunFits fits)
    {
        if (fits.Simulated)
            yield return ("Simulated", "The answers or times come from the simulated endpoint, not from a language model.");
        if (fits.Samples)
            yield return ("Sample problems", "They are invented in the benchmarks' formats; they are not the benchmarks' problems.");
        if (fits.Incomplete is { } incomplete)
        {
            yield return ("Incomplete", string.Create(
                CultureInfo.InvariantCulture,
                $"{incomplete.Trials:N0} of {incomplete.Planned:N0} planned trials. The fits use what was measured."));
        }
    }

    private static void Item(StringBuilder html, string kind, string word, string text) => html.Append("<li class=\"").Append(kind)
        .Append("\"><b>").Append(HtmlText.Escaped(word)).Append(":</b> ").Append(HtmlText.Escaped(text)).Append("</li>\n");
}
