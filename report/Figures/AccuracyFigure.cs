using System.Collections.Immutable;
using System.Globalization;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Report.Drawing;
using ScottPlot;

namespace Calibration.Report.Figures;

/// <summary>Fig. 2: measured accuracy against budget with 95 % intervals, and the shapes that the data chose with their bands.</summary>
internal sealed class AccuracyFigure(ImmutableArray<TaskFits> tasks, FigureSource source, FigureOptions options)
{
    private const int CurveSteps = 120;
    private const double LogShift = 0.09;
    private const double LinearShift = 0.004;

    private readonly Scale _x = options.LinearBudgets ? Scale.LinearBudgets(Largest(tasks)) : Scale.Budgets(Largest(tasks));

    /// <summary>All tasks between the same axes.</summary>
    internal Figure Together()
    {
        Panel panel = NewPanel(FigureText.Budgets, "Accuracy");
        double step = tasks.Length == 1 ? 0 : options.LinearBudgets ? LinearShift * (_x.High - _x.Low) : LogShift;
        for (int index = 0; index < tasks.Length; index++)
            Bands(panel, index);
        for (int index = 0; index < tasks.Length; index++)
            Draw(panel, index, (index - ((tasks.Length - 1) / 2.0)) * step);
        bool isPage = options.Width == FigureWidth.Page;
        return Of("fig2", "Accuracy against thinking tokens", SheetOf([[panel]], isPage ? 230 : 175, [.. tasks.Select(Entry), .. Marks()]));
    }

    /// <summary>One panel per task.</summary>
    internal Figure PerTask()
    {
        int columns = Math.Min(tasks.Length, options.Width == FigureWidth.Page ? 3 : 2);
        int rows = (tasks.Length + columns - 1) / columns;
        Panel[] panels = [.. tasks.Select((task, index) =>
        {
            Panel panel = NewPanel(index + columns >= tasks.Length ? FigureText.Budgets : "", index % columns == 0 ? "Accuracy" : "");
            Bands(panel, index);
            Draw(panel, index, 0);
            panel.Caption = task.DisplayName;
            return panel;
        })];
        ImmutableArray<ImmutableArray<Panel>> grid = [.. panels.Chunk(columns).Select(row => row.ToImmutableArray())];
        float height = rows * (options.Width == FigureWidth.Page ? 135 : 112);
        return Of("fig2-tasks", "Accuracy against thinking tokens, by task", SheetOf(grid, height + 12, Marks()));
    }

    private Panel NewPanel(string xLabel, string yLabel) => new(_x, Scale.Accuracy(), xLabel, yLabel);

    private Sheet SheetOf(ImmutableArray<ImmutableArray<Panel>> rows, float height, ImmutableArray<LegendEntry> entries) => new()
    {
        Rows = rows,
        Entries = entries,
        Note = source.Note,
        Width = Sheet.PointsOf(options.Width),
        PlainHeight = height,
    };

    private Figure Of(string name, string title, Sheet sheet) =>
        new(name, title, sheet, Data())
        {
            Caption = $"{title}. {new AccuracyCaption(tasks, source).Text(isTogether: name == "fig2", options.LinearBudgets)}",
        };

    private static LegendEntry Entry(TaskFits task, int index)
    {
        Look look = FigureStyle.LookOf(index);
        return new LegendEntry(task.DisplayName, look.Colour)
        {
            Marker = look.Marker,
            Pattern = task.Shape is { Curve: not PointAccuracy } ? look.Pattern : null,
        };
    }

    /// <summary>Entries for marks that only some runs have.</summary>
    private ImmutableArray<LegendEntry> Marks() =>
    [
        .. tasks.Any(task => task.Shape?.Fall is not null)
            ? [new LegendEntry("peak", FigureStyle.Ink) { Marker = MarkerShape.OpenCircleWithDot }]
            : Array.Empty<LegendEntry>(),
        .. tasks.Any(task => task.MarkedBudgets.Any())
            ? [new LegendEntry("> 1 % excluded", FigureStyle.Ink) { Marker = MarkerShape.Eks }]
            : Array.Empty<LegendEntry>(),
    ];

    private void Bands(Panel panel, int index) => panel.Band(
        from point in tasks[index].Band
        where point.BudgetTokens <= End(tasks[index])
        select (point.BudgetTokens, point.Low, point.High),
        FigureStyle.LookOf(index).Colour);

    private void Draw(Panel panel, int index, double shift)
    {
        TaskFits task = tasks[index];
        Look look = FigureStyle.LookOf(index);
        panel.Line(Curve(task), look);
        panel.Bars(task.Intervals.Select(at => ((double)at.BudgetTokens, at.Low, at.High)), look.Colour, shift);
        panel.Points(task.Accuracy.Points.Where(point => point.Answers > 0).Select(point => (
            (double)point.BudgetTokens, point.Correct / point.Answers)), look, shift);
        foreach (BudgetExclusion marked in task.MarkedBudgets)
        {
            (double X, double Y)[] ends =
                [(marked.BudgetTokens, marked.AccuracyIfWrong), (marked.BudgetTokens, marked.AccuracyIfRight)];
            panel.Points(ends, look with { Marker = MarkerShape.Eks }, shift, FigureStyle.MarkerSize + 2);
        }

        if (task.Shape?.Fall is { } fall && task.Accuracy.Points.FirstOrDefault(point => point.BudgetTokens == fall.PeakTokens) is { } peak)
        {
            Look ring = new(FigureStyle.Ink, MarkerShape.OpenCircleWithDot, LinePattern.Solid);
            panel.Points([(peak.BudgetTokens, peak.Correct / peak.Answers)], ring, shift, FigureStyle.MarkerSize + 5);
        }
    }

    /// <summary>Nothing is drawn beyond the peak, where a fall begins, nor beyond what was measured.</summary>
    private static double End(TaskFits task) => Math.Min(
        task.Accuracy.Points[^1].BudgetTokens, task.Shape?.LargestBudgetTokens ?? double.PositiveInfinity);

    /// <summary>The chosen shape over the budgets that it describes, in equal steps of log(1 + ℓ); empty for measured points.</summary>
    internal static IEnumerable<(double X, double Y)> Curve(TaskFits task)
    {
        if (task.Shape is not { Curve: not PointAccuracy } shape || task.Accuracy.Points.Count == 0)
            return [];
        double low = shape.Curve is InterpolatedAccuracy interpolated ? interpolated.Points[0].BudgetTokens : 0, high = End(task);
        (double from, double to) = (Math.Log(1 + low), Math.Log(1 + high));
        return Enumerable.Range(0, CurveSteps + 1).Select(step => from + ((to - from) * step / CurveSteps))
            .Select(log => Math.Clamp(Math.Exp(log) - 1, low, high)).Select(budget => (budget, shape.Curve.At(budget)));
    }

    private IEnumerable<string[]> Data() =>
    [
        ["task", "kind", "budget_tokens", "accuracy", "low", "high", "answers", "problems"],
        .. tasks.SelectMany(task => Points(task).Concat(Fitted(task))),
    ];

    private static IEnumerable<string[]> Points(TaskFits task) =>
        from point in task.Accuracy.Points
        where point.Answers > 0
        let interval = task.Intervals.FirstOrDefault(at => at.BudgetTokens == point.BudgetTokens)
        select new[]
        {
            task.DisplayName, "measured", FigureText.Cell(point.BudgetTokens), FigureText.Cell(point.Correct / point.Answers),
            FigureText.Cell(interval?.Low), FigureText.Cell(interval?.High), FigureText.Cell(point.Answers),
            interval?.Problems.ToString(CultureInfo.InvariantCulture) ?? "",
        };

    private static IEnumerable<string[]> Fitted(TaskFits task) =>
        from point in task.Band
        where task.Shape is not null && point.BudgetTokens <= End(task)
        select new[]
        {
            task.DisplayName, "curve", FigureText.Cell(point.BudgetTokens), FigureText.Cell(task.Shape!.Curve.At(point.BudgetTokens)),
            FigureText.Cell(point.Low), FigureText.Cell(point.High), "", "",
        };

    private static double Largest(ImmutableArray<TaskFits> tasks) =>
        tasks.SelectMany(task => task.Accuracy.Points).Select(point => (double)point.BudgetTokens).Append(1).Max();
}
