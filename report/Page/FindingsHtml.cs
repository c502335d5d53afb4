using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Analysis.Findings;
using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using Calibration.Report.Figures;

namespace Calibration.Report.Page;

/// <summary>The page's sections on what the rows say beside the fits.</summary>
internal static class FindingsHtml
{
    private const int FigureIndex = 90;

    internal static void Append(StringBuilder html, PageContent content)
    {
        (RunFits fits, RowFindings findings) = (content.Fits, content.Findings);
        Latency(html, fits, findings);
        if (fits.Semantics == Results.BudgetSemantics.Exact)
            Lengthened(html, content);
        else
            Closes(html, fits, findings);
    }

    private static void Latency(StringBuilder html, RunFits fits, RowFindings findings)
    {
        html.Heading("Service times from one streamed trace and from separate requests");
        (string Name, LatencyDifference Of)[] rows =
            [.. from task in fits.Tasks from difference in findings.Latency where difference.Task == task.Task select (task.DisplayName,
                difference)];
        if (rows.Length == 0)
        {
            html.Paragraph("No budget was measured both ways in this run.");
            return;
        }

        html.Paragraph(
            $"One streamed trace gives the time at every budget. On each task's first problem, these budgets were measured again by "
                + $"separate requests{Simulated(fits)}.");
        html.Table(
        [
            ["Dataset", "ℓ", "thinking (s): in the trace", "separate request", "difference", "service (s): in the trace",
                "separate requests", "difference"],
            .. rows.Select(row => new[]
            {
                row.Name, HtmlText.Integer(row.Of.BudgetTokens), Seconds(row.Of.Streamed.ThinkingS), Seconds(row.Of.Separate.ThinkingS),
                Percent(row.Of.ThinkingPercent),
                Seconds(row.Of.Streamed.ServiceS), Seconds(row.Of.Separate.ServiceS), Percent(row.Of.ServicePercent),
            }),
        ],
        "Service times measured both ways");
        foreach ((string _, LatencyDifference of) in rows.Where(row => row.Of.IsLarge))
            html.Warning(of.Sentence);
    }

    private static void Lengthened(StringBuilder html, PageContent content)
    {
        (RunFits fits, RowFindings findings) = (content.Fits, content.Findings);
        html.Heading("What forced extra thinking does to accuracy");
        (string Name, LengthenedThinking Of)[] tasks =
            [.. from task in fits.Tasks from lengthened in findings.Lengthened where lengthened.Task == task.Task select (task.DisplayName,
                lengthened)];
        foreach ((string name, LengthenedThinking of) in tasks.Where(task => task.Of.Fall is not null))
            html.Warning(FallOf(name, of.Fall!));
        if (tasks.All(task => task.Of.Fall is null))
            html.Paragraph(
                "No task's accuracy falls significantly beyond a smaller budget (exact sign test by problem, 5 %, Bonferroni over all "
                    + "pairs of budgets).");
        if (LengthenedFigure.Of(fits, findings, FigureSource.Of(fits, content.Manifest)) is { } figure)
        {
            html.Append("<figure>").Append(FiguresHtml.Embedded(figure.Svg(), FigureIndex)).Append("\n<figcaption>")
                .Append(HtmlText.Escaped(figure.Caption)).Append("</figcaption></figure>\n");
        }

        html.Paragraph(
            $"A trace is lengthened at ℓ if a continuation cue or the mask of the end-of-thinking token lies before ℓ: the model wanted "
                + $"to answer earlier. Models stop early on easier problems, so the two groups differ also without lengthening. Therefore "
                + $"the same traces' answers at their last budget before lengthening are shown too. Shares have 95 % intervals, "
                + $"clustered by problem{Simulated(fits)}.");
        html.Details("The numbers by task and budget", inside => inside.Table(
        [
            ["Dataset", "ℓ", "correct, not lengthened", "correct, lengthened", "the same traces before", "right → wrong", "wrong → right"],
            .. from task in tasks
               from budget in task.Of.Budgets
               select new[]
               {
                   task.Name, HtmlText.Integer(budget.BudgetTokens), Share(budget.Natural), Share(budget.Lengthened), Share(budget.Before),
                   budget.Before is null ? "–" : HtmlText.Integer(budget.Lost), budget.Before is null
                       ? "–"
                       : HtmlText.Integer(budget.Gained),
               },
        ],
        "Accuracy with and without lengthened thinking"));
    }

    private static void Closes(StringBuilder html, RunFits fits, RowFindings findings)
    {
        html.Heading("How much of the caps was used");
        html.Paragraph(
            $"Traces whose thinking the model ended within the budget, with 95 % intervals (clustered by problem), and the mean "
                + $"thinking tokens of all traces{Simulated(fits)}.");
        html.Table(
        [
            ["Dataset", "ℓ", "ended by the model", "mean thinking tokens"],
            .. from task in fits.Tasks
               from closes in findings.Closes
               where closes.Task == task.Task
               from budget in closes.Budgets
               select new[]
               {
                   task.DisplayName,
                   HtmlText.Integer(budget.BudgetTokens),
                   Share(budget.Closed),
                   budget.MeanThinkingTokens.ToString("0.0", CultureInfo.InvariantCulture),
               },
        ],
        "How much of the caps was used");
    }

    private static string FallOf(string task, AccuracyFall fall) => string.Create(
        CultureInfo.InvariantCulture,
        $"{task}: accuracy falls beyond {fall.FromTokens} thinking tokens. Correct at {fall.FromTokens}: {Share(fall.From)}; at "
            + $"{fall.ToTokens}: {Share(fall.To)}. {fall.Worse} problems are answered worse and {fall.Better} better (exact sign test, "
            + $"{PValueText.Of(fall.PValue)} over {fall.Pairs} pairs of budgets); {100 * fall.LengthenedShare:0} % of the answers at "
            + $"{fall.ToTokens} follow lengthened thinking. No increasing curve can describe this.");

    private static string Share(ClusteredProportion? share)
    {
        if (share is null)
            return "–";
        Interval interval = share.Interval();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{share.Value:0.000} [{interval.Low:0.000}, {interval.High:0.000}], {share.Successes} of {share.Count}");
    }

    private static string Simulated(RunFits fits) => fits.Simulated ? " (simulated endpoint)" : "";

    private static string Seconds(double seconds) => seconds.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Percent(double percent) => percent.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " %";
}
