using System.Globalization;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Report.Drawing;

namespace Calibration.Report.Figures;

/// <summary>Several runs over time: accuracy at the kept budgets and ℓ*, a line per task, and J at ℓ* and at the kept budgets.</summary>
public static class HistoryFigure
{
    /// <summary>Distance between the intervals of two tasks of one run, as a share of the axis.</summary>
    private const double Shift = 0.012;

    private static readonly Look Best = new(FigureStyle.Ink, ScottPlot.MarkerShape.FilledCircle, FigureStyle.LookOf(0).Pattern);
    private static readonly Look Kept = new(FigureStyle.Muted, ScottPlot.MarkerShape.OpenCircle, FigureStyle.LookOf(1).Pattern);

    /// <summary>The figure.</summary>
    /// <param name="history">The runs.</param>
    public static Figure Of(RunHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var sheet = new Sheet
        {
            Rows = [[Accuracy(history), Budgets(history), Objective(history)]],
            Entries =
            [
                .. history.Runs[0].Tasks.Select((task, k) => Entry(task.DisplayName, FigureStyle.LookOf(k))),
                Entry("J at ℓ*", Best), Entry("J at the kept budgets", Kept),
            ],
            Note = string.Join(
                ", ",
                (string[])
                [
                    .. history.Runs.Any(run => run.Run.Simulated) ? ["simulated"] : Array.Empty<string>(),
                    .. history.Runs.Any(run => run.IsIncomplete) ? ["incomplete"] : Array.Empty<string>(),
                ]),
            Width = Sheet.PointsOf(FigureWidth.Page),
            PlainHeight = 170,
        };
        return new Figure("compare", "Several runs over time", sheet, Data(history))
        {
            Caption = $"{history.Runs.Length} runs by date, at {history.OperatingPoint}. Left: accuracy at the integer budgets of the "
                + $"first run, {history.Runs[0].Run.Run}. Middle: ℓ* of each run. Right: J at each run's ℓ* and at the first run's "
                + "budgets. Bars are 95 % intervals."
                + (history.Runs.Any(run => run.Run.Simulated) ? " Simulated endpoint." : "")
                + (history.Runs.Any(run => run.IsIncomplete) ? " Some runs are incomplete." : ""),
        };
    }

    private static Panel Accuracy(RunHistory history)
    {
        var panel = new Panel(Dates(history), Scale.Accuracy(), "Date", "Accuracy, kept budgets");
        Draw(panel, history, at => (at.Kept.Accuracy.Value, at.Kept.Accuracy.Interval));
        return panel;
    }

    private static Panel Budgets(RunHistory history)
    {
        double largest = history.Runs.SelectMany(run => run.Tasks).Max(at => Math.Max(at.Interval.High, at.BudgetTokens));
        var panel = new Panel(Dates(history), Scale.OptimalBudgets(largest), "Date", "ℓ* (thinking tokens)");
        Draw(panel, history, at => (at.BudgetTokens, at.Interval));
        return panel;
    }

    private static Panel Objective(RunHistory history)
    {
        (double X, double Value, Interval? Interval)[] best =
            [.. history.Runs.Select(run => (DayOf(history, run), run.Objective.Value, (Interval?)run.Objective.Interval))];
        (double X, double Value, Interval? Interval)[] kept =
        [
            .. from run in history.Runs
               let objective = run.Kept.Objective
               where objective is not null
               select (DayOf(history, run), objective.Value, objective.Interval),
        ];
        double[] ends = [.. best.Concat(kept).SelectMany(at => new[] { at.Interval?.Low ?? at.Value, at.Interval?.High ?? at.Value })];
        Scale dates = Dates(history);
        var panel = new Panel(dates, Scale.Linear(ends.Min(), ends.Max()), "Date", "J (s)");
        Draw(panel, kept, Kept, Shift * (dates.High - dates.Low));
        Draw(panel, best, Best, -Shift * (dates.High - dates.Low));
        return panel;
    }

    private static void Draw(Panel panel, RunHistory history, Func<TaskAtTime, (double Value, Interval? Interval)> value)
    {
        int tasks = history.Runs[0].Tasks.Length;
        for (int k = 0; k < tasks; k++)
        {
            string task = history.Runs[0].Tasks[k].Task;
            (double X, double Value, Interval? Interval)[] points =
            [
                .. from run in history.Runs
                   let at = value(run.Tasks.First(known => known.Task == task))
                   select (DayOf(history, run), at.Value, at.Interval),
            ];
            Draw(panel, points, FigureStyle.LookOf(k), Shift * (k - ((tasks - 1) / 2.0)) * (panel.X.High - panel.X.Low));
        }
    }

    private static void Draw(Panel panel, (double X, double Value, Interval? Interval)[] points, Look look, double shift)
    {
        panel.Line(points.Select(at => (at.X + shift, at.Value)), look);
        panel.Bars(
            from at in points where at.Interval is not null select (at.X, at.Interval!.Low, at.Interval.High), look.Colour, shift);
        panel.Points(points.Select(at => (at.X, at.Value)), look, shift);
    }

    private static LegendEntry Entry(string text, Look look) => new(text, look.Colour) { Marker = look.Marker, Pattern = look.Pattern };

    private static Scale Dates(RunHistory history) => Scale.Dates([.. history.Runs.Select(run => run.Run.CreatedUtc)]);

    private static double DayOf(RunHistory history, RunAtTime run) => (run.Run.CreatedUtc - history.Runs[0].Run.CreatedUtc).TotalDays;

    private static IEnumerable<string[]> Data(RunHistory history) =>
    [
        [
            "created_utc", "run", "task", "budget_tokens", "budget_low", "budget_high", "kept_budget_tokens", "kept_accuracy",
            "kept_accuracy_low", "kept_accuracy_high", "objective_s", "objective_low_s", "objective_high_s", "kept_objective_s",
        ],
        .. from run in history.Runs
           from at in run.Tasks
           select new[]
           {
               run.Run.CreatedUtc.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), run.Run.Run, at.Task,
               FigureText.Cell(at.BudgetTokens), FigureText.Cell(at.Interval.Low), FigureText.Cell(at.Interval.High),
               FigureText.Cell(at.Kept.BudgetTokens), FigureText.Cell(at.Kept.Accuracy.Value),
               FigureText.Cell(at.Kept.Accuracy.Interval?.Low), FigureText.Cell(at.Kept.Accuracy.Interval?.High),
               FigureText.Cell(run.Objective.Value), FigureText.Cell(run.Objective.Interval.Low),
               FigureText.Cell(run.Objective.Interval.High), FigureText.Cell(run.Kept.Objective?.Value),
           },
    ];
}
