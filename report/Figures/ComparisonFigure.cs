using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Report.Drawing;
using ScottPlot;

namespace Calibration.Report.Figures;

/// <summary>Accuracy against budget of two runs, one panel per task: the old run dashed, the new one solid.</summary>
public static class ComparisonFigure
{
    private const double Shift = 0.08;

    private static readonly Look Old = new(FigureStyle.Muted, MarkerShape.OpenCircle, FigureStyle.LookOf(1).Pattern);
    private static readonly Look New = FigureStyle.LookOf(0);

    /// <summary>The figure of the tasks that both runs measured.</summary>
    /// <param name="comparison">The comparison.</param>
    /// <param name="before">Fits of the old run.</param>
    /// <param name="after">Fits of the new run.</param>
    public static Figure Of(RunComparison comparison, RunFits before, RunFits after)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        (TaskFits Old, TaskFits New)[] pairs =
        [
            .. from task in comparison.Tasks
               select (before.Tasks.First(fit => fit.Task == task.Task), after.Tasks.First(fit => fit.Task == task.Task)),
        ];
        int columns = Math.Min(3, pairs.Length);
        double largest = pairs.SelectMany(pair => new[] { pair.Old, pair.New }).SelectMany(fit => fit.Accuracy.Points)
            .Select(point => (double)point.BudgetTokens).Append(1).Max();
        Panel[] panels = [.. pairs.Select((pair, index) =>
        {
            var panel = new Panel(
                Scale.Budgets(largest), Scale.Accuracy(), index + columns >= pairs.Length ? FigureText.Budgets : "",
                index % columns == 0 ? "Accuracy" : "");
            Draw(panel, pair.Old, Old, -Shift);
            Draw(panel, pair.New, New, Shift);
            panel.Caption = pair.New.DisplayName;
            return panel;
        })];
        var sheet = new Sheet
        {
            Rows = [.. panels.Chunk(columns).Select(row => row.ToImmutableArray())],
            Entries = [Entry(comparison.Old.Model + " (old)", Old), Entry(comparison.New.Model + " (new)", New)],
            Note = comparison.Old.Simulated || comparison.New.Simulated ? "simulated" : "",
            Width = Sheet.PointsOf(FigureWidth.Page),
            PlainHeight = (135 * ((pairs.Length + columns - 1) / columns)) + 12,
        };
        return new Figure("compare", "Accuracy of two runs", sheet, Data(comparison))
        {
            Caption = $"Accuracy against thinking tokens in run {comparison.Old.Run} (dashed) and in run {comparison.New.Run} (solid). "
                + "Bars are 95 % intervals clustered by problem; curves are the shapes that the data chose.",
        };
    }

    private static LegendEntry Entry(string text, Look look) => new(text, look.Colour) { Marker = look.Marker, Pattern = look.Pattern };

    private static void Draw(Panel panel, TaskFits task, Look look, double shift)
    {
        panel.Line(AccuracyFigure.Curve(task), look);
        panel.Bars(task.Intervals.Select(at => ((double)at.BudgetTokens, at.Low, at.High)), look.Colour, shift);
        panel.Points(
            task.Accuracy.Points.Where(point => point.Answers > 0)
                .Select(point => ((double)point.BudgetTokens, point.Correct / point.Answers)),
            look,
            shift);
    }

    private static IEnumerable<string[]> Data(RunComparison comparison) =>
    [
        ["task", "budget_tokens", "old", "new", "difference", "low", "high"],
        .. from task in comparison.Tasks
           from at in task.Accuracy
           select new[]
           {
               task.DisplayName, FigureText.Cell(at.BudgetTokens), FigureText.Cell(at.Old), FigureText.Cell(at.New),
               FigureText.Cell(at.Difference), FigureText.Cell(at.Interval.Low), FigureText.Cell(at.Interval.High),
           },
    ];
}
