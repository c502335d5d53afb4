using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Report.Tables;

namespace Calibration.Report.Page;

/// <summary>The page's sections on measured accuracies, goodness of fit, service times and excluded trials.</summary>
internal static class FitsHtml
{
    private static readonly Dictionary<Verdict, string> Meanings = new()
    {
        [Verdict.Identified] = "the data determine all parameters",
        [Verdict.AtBound] = "a parameter lies on a bound (D = 0, A + D = 1 or t0 = 0)",
        [Verdict.NotIdentifiable] = "the data do not determine the curve or the line",
        [Verdict.LackOfFit] = "the data reject the exponential or the line; no intervals of its parameters are given",
        [Verdict.MissingData] = "too many trials are missing; nothing is fitted",
    };

    internal static void Append(StringBuilder html, PageContent content)
    {
        RunFits fits = content.Fits;
        html.Heading("Table I").Paragraph("Fitted parameters and the best budgets. 95 % intervals in brackets.");
        html.Table(Table1.Rows(fits, content.Allocation), "Table I");
        html.Heading("Accuracy by task and budget").Paragraph(
            "Share of right answers with its 95 % interval, clustered by problem. Budgets are in thinking tokens.");
        html.Table(AccuracyTable.Matrix(fits), "Accuracy by task and budget");
        if (fits.Tasks.All(task => task.Answers.IsEmpty))
            return;
        html.Details("Answers that could not be read, and answers that the budget limited", inside => inside
            .Paragraph("Share of the answers that could not be read. They count as wrong.")
            .Table(AccuracyTable.Shares(fits, at => at.UnreadShare), "Answers that could not be read")
            .Paragraph("Share of the answers whose thinking the budget ended before the model did; at budget 0 that is all of them.")
            .Table(AccuracyTable.Shares(fits, at => at.LimitedShare), "Answers that the budget limited"));
    }

    internal static void AppendGoodness(StringBuilder html, RunFits fits)
    {
        html.Heading("Goodness of the accuracy fits").Table(Accuracy(fits), "Goodness of the accuracy fits");
        html.Heading("Goodness of the service-time fits").Table(Service(fits), "Goodness of the service-time fits");
        foreach (TaskFits task in fits.Tasks)
        {
            foreach (ServiceInfluence influence in task.Service.Influences)
                html.Paragraph($"{task.DisplayName}: {influence.Sentence}");
        }

        html.Append("<ul>\n");
        Verdict[] seen = [.. fits.Tasks.SelectMany(task => (Verdict[])[task.Accuracy.Verdict, task.Service.Verdict]).Distinct().Order()];
        foreach (Verdict verdict in seen)
            html.Append("<li><b>").Append(verdict).Append("</b>: ").Append(HtmlText.Escaped(Meanings[verdict])).Append(".</li>\n");
        html.Append("</ul>\n");
    }

    internal static void AppendTrials(StringBuilder html, RunFits fits)
    {
        if (ExclusionTable.HasRows(fits))
            html.Heading("Excluded trials").Table(ExclusionTable.Rows(fits), "Excluded trials");
        html.Heading("Trials").Table(Trials(fits), "Trials by status");
    }

    private static IEnumerable<string[]> Accuracy(RunFits fits) =>
    [
        ["Dataset", "verdict", "explanation", "shape in the decision", "problems", "deviance", "lack of fit p", "best rival shape"],
        .. fits.Tasks.Select(task => new[]
        {
            task.DisplayName, task.Accuracy.Verdict.ToString(), task.Accuracy.Explanation,
            task.Shape is { } shape ? $"{shape.ShownName}: {shape.Reason}" : "–", HtmlText.Integer(task.Accuracy.Clusters),
            HtmlText.Number(task.Accuracy.Deviance), task.Accuracy.LackOfFitPValue is { } p ? HtmlText.Number(p) : "not testable",
            task.Accuracy.Rivals.Count > 0 ? task.Accuracy.Rivals[0].Shape : "not compared",
        }),
    ];

    private static IEnumerable<string[]> Service(RunFits fits) =>
    [
        [
            "Dataset", "verdict", "explanation", "t0 (s)", "c (s/token)", "largest residual (s)", "noise", "times", "traces", "R²",
            "affine: p", "outliers flagged", "excluded", "recomputed tokens", "source",
        ],
        .. fits.Tasks.Select(task => new[]
        {
            task.DisplayName, task.Service.Verdict.ToString(), task.Service.Explanation,
            task.Service.Line is { } line ? HtmlText.Number(line.T0Seconds) : "–",
            task.Service.Line is { } slope ? HtmlText.Number(slope.SecondsPerToken) : "–",
            task.Service.Points.Count == 0 ? "–" : HtmlText.Number(task.Service.Points.Max(point => Math.Abs(point.Residual))),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{task.Service.AbsoluteNoiseSeconds:G3} s + {100 * task.Service.RelativeNoise:G3} %"),
            HtmlText.Integer(task.Service.Points.Count), HtmlText.Integer(task.Service.Clusters),
            task.Service.RSquared is { } r ? HtmlText.Decimals(r, 5) : "–",
            task.Service.CurvaturePValue is { } p ? HtmlText.Number(p) : "not testable",
            HtmlText.Integer(task.Service.Points.Count(point => point.Outlier)), Excluded(task), task.Prefix.Cell,
            fits.Simulated ? "simulated endpoint" : "client",
        }),
    ];

    private static string Excluded(TaskFits task) => HtmlText.Integer(task.ServiceExcluded)
        + (task.ServiceExclusionReason.Length > 0 ? $": {task.ServiceExclusionReason}" : "");

    private static IEnumerable<string[]> Trials(RunFits fits) =>
    [
        ["Dataset", "trials by status (the fits use Ok and NoAnswer)", "excluded service times"],
        .. fits.Tasks.Select(task => new[]
        {
            task.DisplayName, string.Join(", ", task.Trials.Select(pair => $"{pair.Value} {pair.Key}")),
            HtmlText.Integer(task.ServiceExcluded),
        }),
    ];
}
