using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Report.Drawing;

namespace Calibration.Report.Figures;

/// <summary>Service time against thinking tokens with the fitted line, and below it the residuals.</summary>
internal sealed class ServiceTimeFigure(ImmutableArray<TaskFits> tasks, FigureSource source, FigureOptions options)
{
    private const int LineSteps = 60;
    private const double LogShift = 0.09;

    /// <summary>The figure; null where no task has a positive time.</summary>
    internal Figure? Draw()
    {
        ServicePoint[] all = [.. tasks.SelectMany(task => task.Service.Points)];
        if (all.Length == 0 || all.All(point => point.Seconds <= 0))
            return null;
        double largest = all.Max(point => point.Tokens), slowest = all.Max(point => point.Seconds);
        Scale x = options.LinearBudgets ? Scale.LinearBudgets(largest) : Scale.Budgets(largest);
        Scale seconds = options.LinearBudgets
            ? Scale.Linear(0, slowest)
            : Scale.Logarithmic(all.Where(point => point.Seconds > 0).Min(point => point.Seconds), slowest);
        double[] shares = [.. all.Where(point => point.Fitted > 0).Select(Percent).Append(0)];
        var above = new Panel(x, seconds, "", "Service time (s)") { Weight = 1.5f };
        var below = new Panel(x, Scale.Linear(shares.Min(), shares.Max(), parts: 2), FigureText.Budgets, "Residual (%)");
        below.Horizontal(0);
        for (int index = 0; index < tasks.Length; index++)
            DrawTask(above, below, index);
        var sheet = new Sheet
        {
            Rows = [[above], [below]],
            Entries =
            [
                .. tasks.Select((task, index) => new LegendEntry(task.DisplayName, FigureStyle.LookOf(index).Colour)
                {
                    Marker = FigureStyle.LookOf(index).Marker,
                    Pattern = task.Service.Line is null ? null : FigureStyle.LookOf(index).Pattern,
                }),
            ],
            Note = source.Note,
            Width = Sheet.PointsOf(options.Width),
            PlainHeight = options.Width == FigureWidth.Page ? 270 : 230,
        };
        return new Figure("service-time", "Service time against thinking tokens", sheet, Data()) { Caption = Caption() };
    }

    private void DrawTask(Panel above, Panel below, int index)
    {
        ServiceTimeFit fit = tasks[index].Service;
        Look look = FigureStyle.LookOf(index);
        double shift = tasks.Length == 1 || options.LinearBudgets ? 0 : (index - ((tasks.Length - 1) / 2.0)) * LogShift;
        if (fit.Line is { } line && fit.Points.Count > 0)
        {
            double end = Math.Log(1 + fit.Points.Max(point => point.Tokens));
            above.Line(
                Enumerable.Range(0, LineSteps + 1).Select(step => Math.Exp(end * step / LineSteps) - 1)
                    .Select(tokens => (tokens, line.At(tokens))).Where(at => above.Y.IsLog ? at.Item2 > 0 : true),
                look,
                width: 0.8f);
        }

        above.Points(fit.Points.Where(point => point.Seconds > 0).Select(point => (point.Tokens, point.Seconds)), look, shift, 2.6f);
        below.Points(fit.Points.Where(point => point.Fitted > 0).Select(point => (point.Tokens, Percent(point))), look, shift, 2.6f);
    }

    private static double Percent(ServicePoint point) => 100 * point.Residual / point.Fitted;

    private string Caption()
    {
        int[] traces = [.. tasks.Select(task => task.Service.Clusters).Where(count => count > 0)];
        string counted = traces.Length == 0 ? "" : $" {FigureText.Range(traces.Select(count => (double)count))} traces per task.";
        string shifted = tasks.Length > 1 && !options.LinearBudgets ? " Markers of several tasks are moved apart." : "";
        string axes = options.LinearBudgets ? "" : " The token axis is log(1 + ℓ).";
        return "Service time of one request on an idle server against thinking tokens (above), and the residuals as a share of the fitted "
            + $"time (below). Lines: t(ℓ) = t0 + cℓ by weighted least squares.{counted}{shifted}{axes} {source.Sentence}";
    }

    private IEnumerable<string[]> Data() =>
    [
        ["task", "trace", "tokens", "seconds", "fitted_s", "residual_s", "outlier"],
        .. from task in tasks
           from point in task.Service.Points
           select new[]
           {
               task.DisplayName, point.Cluster, FigureText.Cell(point.Tokens), FigureText.Cell(point.Seconds),
               FigureText.Cell(point.Fitted), FigureText.Cell(point.Residual), point.Outlier ? "true" : "false",
           },
    ];
}
