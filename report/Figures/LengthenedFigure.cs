using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Findings;
using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using Calibration.Report.Drawing;

namespace Calibration.Report.Figures;

/// <summary>What forced extra thinking does to accuracy, one panel per task.</summary>
internal static class LengthenedFigure
{
    private const int Columns = 2;
    private const double Shift = 0.12;

    private static readonly (string Name, Func<LengthenedBudget, ClusteredProportion?> Of)[] Groups =
    [
        ("not lengthened", budget => budget.Natural),
        ("lengthened", budget => budget.Lengthened),
        ("the same traces before", budget => budget.Before),
    ];

    /// <summary>Null where no trace was lengthened.</summary>
    internal static Figure? Of(RunFits fits, RowFindings findings, FigureSource source)
    {
        (string Name, LengthenedThinking Of)[] tasks =
        [
            .. from task in fits.Tasks
               from lengthened in findings.Lengthened
               where lengthened.Task == task.Task && lengthened.Budgets.Any(budget => budget.Lengthened is not null)
               select (task.DisplayName, lengthened),
        ];
        if (tasks.Length == 0)
            return null;
        Scale x = Scale.Budgets(tasks.Max(task => task.Of.Budgets.Max(budget => budget.BudgetTokens)));
        Panel[] panels = [.. tasks.Select((task, index) => PanelOf(task, x, index, tasks.Length))];
        var sheet = new Sheet
        {
            Rows = [.. panels.Chunk(Math.Min(Columns, panels.Length)).Select(row => row.ToImmutableArray())],
            Entries =
            [
                .. Groups.Select((group, k) => new LegendEntry(group.Name, FigureStyle.LookOf(k).Colour)
                {
                    Marker = FigureStyle.LookOf(k).Marker,
                    Pattern = FigureStyle.LookOf(k).Pattern,
                }),
            ],
            Note = source.Note,
            Width = Sheet.PointsOf(FigureWidth.Page),
            PlainHeight = (130 * ((panels.Length + Columns - 1) / Columns)) + 12,
        };
        return new Figure("lengthened", "Accuracy with and without lengthened thinking", sheet, [])
        {
            Caption = "Accuracy against thinking tokens: answers from traces that were not lengthened before the budget, answers from "
                + "lengthened traces, and the latter's answers at their last budget before lengthening. Bars are 95 % intervals, "
                + $"clustered by problem. {source.Sentence}",
        };
    }

    private static Panel PanelOf((string Name, LengthenedThinking Of) task, Scale x, int index, int count)
    {
        var panel = new Panel(
            x, Scale.Accuracy(), index + Columns >= count ? FigureText.Budgets : "", index % Columns == 0 ? "Accuracy" : "")
        {
            Caption = task.Name,
        };
        foreach ((int k, (string _, Func<LengthenedBudget, ClusteredProportion?> of)) in Groups.Index())
        {
            (double Budget, ClusteredProportion Share)[] points =
            [
                .. from budget in task.Of.Budgets
                   let share = of(budget)
                   where share is not null
                   select ((double)budget.BudgetTokens, share),
            ];
            panel.Line(points.Select(point => (point.Budget, point.Share.Value)), FigureStyle.LookOf(k));
            panel.Bars(
                points.Select(point => point.Share.Interval() is Interval interval
                    ? (point.Budget, interval.Low, interval.High)
                    : default),
                FigureStyle.LookOf(k).Colour,
                (k - 1) * Shift);
            panel.Points(points.Select(point => (point.Budget, point.Share.Value)), FigureStyle.LookOf(k), (k - 1) * Shift);
        }

        return panel;
    }
}
