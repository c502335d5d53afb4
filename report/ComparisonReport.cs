using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Report.Page;
using Calibration.Report.Tables;

namespace Calibration.Report;

/// <summary>Two runs side by side, as Markdown and as one HTML page.</summary>
public static class ComparisonReport
{
    /// <summary>The comparison as Markdown: the answer first.</summary>
    public static string Markdown(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var text = new StringBuilder();
        text.Append("# ").Append(Title(comparison)).Append("\n\n").Append(comparison.Decision.Sentence).Append("\n\n");
        foreach (string sentence in Sentences(comparison))
            text.Append(sentence).Append('\n');
        text.Append('\n');
        foreach (Warning warning in comparison.Warnings)
            text.Append("- ").Append(warning.Severity).Append(": ").Append(warning.Text).Append('\n');
        return text.Append("\n## Accuracy\n\n").Append(MarkdownText.Of(ComparisonTable.Accuracy(comparison)))
            .Append("\n## Parameters, ℓ* and J\n\n").Append(MarkdownText.Of(ComparisonTable.Values(comparison))).ToString();
    }

    /// <summary>The comparison as one self-contained page; every text from outside is escaped.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="figure">The figure's SVG.</param>
    public static string Html(RunComparison comparison, string figure)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentNullException.ThrowIfNull(figure);
        StringBuilder html = ComparisonPage.Begin(Title(comparison), comparison.Decision.Sentence);
        foreach (string sentence in Sentences(comparison))
            html.Paragraph(sentence);
        foreach (Warning warning in comparison.Warnings)
            html.Warning($"{warning.Severity}: {warning.Text}");
        html.Figure(figure);
        html.Heading("Accuracy").Table(ComparisonTable.Accuracy(comparison), "Accuracy");
        html.Heading("Parameters, ℓ* and J").Table(ComparisonTable.Values(comparison), "Parameters, ℓ* and J");
        return ComparisonPage.End(html);
    }

    /// <summary>What else is to say before the tables.</summary>
    private static IEnumerable<string> Sentences(RunComparison comparison)
    {
        yield return $"Operating point: {comparison.OperatingPoint}.";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Old run {comparison.Old.Run} ({comparison.Old.CreatedUtc:yyyy-MM-dd}), new run {comparison.New.Run} "
                + $"({comparison.New.CreatedUtc:yyyy-MM-dd}). A difference is new less old.");
        string budgets = string.Join(
            ", ",
            comparison.KeptAllocation.Budgets.Select(at => string.Create(CultureInfo.InvariantCulture, $"{at.Task} {at.BudgetTokens:0}")));
        yield return $"The old allocation in integer budgets: {budgets}.";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{comparison.Tests} differences were tested; a star marks those that are claimed, with an error of 5 % for all together "
                + $"(Holm). {(comparison.HasClaims ? "" : "Nothing is claimed to differ.")}").TrimEnd();
    }

    private static string Title(RunComparison comparison) => comparison.Old.Model == comparison.New.Model
        ? $"{comparison.New.Model}: two runs"
        : $"{comparison.Old.Model} and {comparison.New.Model}";
}
