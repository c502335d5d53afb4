using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Analysis.Findings;
using Calibration.Report.Page;
using Calibration.Report.Tables;

namespace Calibration.Report;

/// <summary>A run on one page: figures, Table I, goodness of fit, excluded data, and the allocation.</summary>
public static class RunReport
{
    /// <summary>A self-contained HTML page; every text from outside is escaped.</summary>
    /// <param name="fits">The run's fits.</param>
    /// <param name="allocation">Its allocation; null if every task has too many missing trials.</param>
    /// <param name="findings">What its rows say beside the fits.</param>
    /// <param name="figures">The figures' SVG in order.</param>
    public static string Html(RunFits fits, RunAllocation? allocation, RowFindings findings, IEnumerable<string> figures)
    {
        ArgumentNullException.ThrowIfNull(fits);
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(figures);
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>").Append(HtmlText.Escaped(
            fits.Run))
            .Append(
                "</title>\n<style>body{font:15px/1.5 sans-serif;max-width:62em;margin:2em auto;padding:0 "
                    + "1em}table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #bbb;padding:.25em "
                    + ".6em;text-align:left}svg{max-width:30em;height:auto;margin:.5em}.warning{background:#fff3cd;padding:.3em "
                    + ".6em;margin:.3em 0}</style></head><body>\n");
        html.Append("<h1>").Append(HtmlText.Escaped(fits.Model)).Append("</h1>\n<p>Run ").Append(HtmlText.Escaped(fits.Run)).Append(
            ", budgets ").Append(fits.Semantics == Results.BudgetSemantics.Exact ? "exact" : "as caps")
            .Append(fits.Simulated ? ", <strong>simulated endpoint</strong>" : "").Append(
                fits.Incomplete is { } incomplete ? $", <strong>{incomplete}</strong>" : "").Append(
                    fits.Samples ? ", <strong>sample problems, not the benchmarks'</strong>" : "").Append(".</p>\n");
        if (allocation is not null)
            html.Paragraph($"Operating point: {AllocationPoint.Of(allocation).Caption}.");
        IEnumerable<string> warnings = allocation?.Warnings.Select(warning => warning.Text)
            ?? fits.Tasks.Select(task => $"{task.DisplayName}: {task.Accuracy.Explanation}");
        foreach (string warning in warnings)
            html.Warning(warning);
        foreach ((int index, string figure) in figures.Index())
            html.Append(Embedded(figure, hasFont: index == 0)).Append('\n');
        html.Heading("Table I").Table(Table1.Rows(fits, allocation));
        if (allocation is null)
            html.Heading("Allocation").Paragraph("There is no allocation: of every task, too many trials are missing.");
        else
            Append(html, allocation);
        html.Heading("Goodness of the accuracy fits").Table(Accuracy(fits));
        html.Heading("Goodness of the service-time fits").Table(Service(fits));
        FindingsHtml.Append(html, fits, findings);
        if (ExclusionTable.HasRows(fits))
            html.Heading("Excluded trials").Table(ExclusionTable.Rows(fits));
        html.Heading("Trials").Table(Trials(fits));
        return html.Append("</body></html>\n").ToString();
    }

    /// <summary>The figure without its XML header. The page needs the font once.</summary>
    private static string Embedded(string figure, bool hasFont)
    {
        string svg = figure[Math.Max(0, figure.IndexOf("<svg", StringComparison.Ordinal))..];
        int from = svg.IndexOf("<style>", StringComparison.Ordinal), to = svg.IndexOf("</style>", StringComparison.Ordinal);
        return hasFont || from < 0 || to < from ? svg : svg.Remove(from, to + "</style>".Length - from);
    }

    private static void Append(StringBuilder html, RunAllocation allocation)
    {
        html.Heading("Allocation").Table(Allocation(allocation));
        html.Paragraph(Totals(allocation)).Paragraph(allocation.QueueVerdict);
        foreach (MethodOutcome method in allocation.Methods)
            html.Paragraph($"{method.Method}: {method.Ending} after {method.Iterations} iterations. {method.Condition}");
    }

    private static IEnumerable<string[]> Allocation(RunAllocation allocation) =>
    [
        ["Dataset", "share", "ℓ*", "integer ℓ*", "mean thinking tokens", "accuracy", "service (s)", "based on"],
        .. allocation.Tasks.Select(task => new[]
        {
            task.DisplayName, HtmlText.Number(task.Probability), task.BudgetTokens.ToString("0.0", CultureInfo.InvariantCulture),
            task.IntegerBudgetTokens.ToString(CultureInfo.InvariantCulture),
            task.MeanThinkingTokens is { } mean
                ? (task.Extrapolated ? "≥ " : "") + mean.ToString("0.0", CultureInfo.InvariantCulture)
                : "all",
            HtmlText.Number(task.Accuracy), HtmlText.Number(task.ServiceSeconds), task.Measured
                ? "best measured budget"
                : task.Extrapolated ? "fitted curve, extrapolated" : "fitted curve",
        }),
    ];

    private static string Totals(RunAllocation allocation) => string.Create(
        CultureInfo.InvariantCulture,
        $"At λ = {allocation.ArrivalRatePerSecond}/s and α = {allocation.AccuracyWeightSeconds} s: J = {allocation.Objective:0.0000} s, "
            + $"accuracy {allocation.Accuracy:0.0000}, mean system time {allocation.MeanSystemTimeSeconds:0.0000} s, utilization "
            + $"{allocation.Utilization:0.0000}. KKT residual {allocation.KktResidual:0.0e+0}; the optimum is at most "
            + $"{allocation.GapBound:0.0e+0} s higher.");

    private static IEnumerable<string[]> Accuracy(RunFits fits) =>
    [
        ["Dataset", "verdict", "explanation", "problems", "deviance", "lack of fit p", "best shape"],
        .. fits.Tasks.Select(task => new[]
        {
            task.DisplayName, task.Accuracy.Verdict.ToString(), task.Accuracy.Explanation, task.Accuracy.Clusters.ToString(
                CultureInfo.InvariantCulture), HtmlText.Number(task.Accuracy.Deviance),
            task.Accuracy.LackOfFitPValue is { } p ? HtmlText.Number(p) : "not testable", task.Accuracy.Rivals.Count > 0
                ? task.Accuracy.Rivals[0].Shape
                : "not compared",
        }),
    ];

    private static IEnumerable<string[]> Service(RunFits fits) =>
    [
        ["Dataset", "verdict", "explanation", "traces", "R²", "affine: p", "outliers flagged", "recomputed tokens", "source"],
        .. fits.Tasks.Select(task => new[]
        {
            task.DisplayName, task.Service.Verdict.ToString(), task.Service.Explanation, task.Service.Clusters.ToString(
                CultureInfo.InvariantCulture),
            task.Service.RSquared is { } r ? r.ToString("0.00000", CultureInfo.InvariantCulture) : "–",
            task.Service.CurvaturePValue is { } p
                ? HtmlText.Number(p)
                : "not testable",
            task.Service.Points.Count(point => point.Outlier).ToString(CultureInfo.InvariantCulture), task.Prefix.Cell, fits.Simulated
                ? "simulated endpoint"
                : "client",
        }),
    ];

    private static IEnumerable<string[]> Trials(RunFits fits) =>
    [
        ["Dataset", "trials by status (the fits use Ok and NoAnswer)", "excluded service times"],
        .. fits.Tasks.Select(task => new[]
        {
            task.DisplayName, string.Join(", ", task.Trials.Select(pair => $"{pair.Value} {pair.Key}")), task.ServiceExcluded.ToString(
                CultureInfo.InvariantCulture),
        }),
    ];
}
