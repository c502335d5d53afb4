using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Curves;
using Calibration.Report.Drawing;
using ScottPlot;

namespace Calibration.Report.Figures;

/// <summary>The efficient frontier: accuracy against mean system time, with α along it.</summary>
internal static class FrontierFigure
{
    private const int LabelledEvery = 6;

    /// <summary>Accuracies that differ by less are shown on the whole scale: their own would go beyond 0 or 1.</summary>
    private const double LeastSpan = 0.01;

    internal static Figure Of(DecisionCurves curves, FigureSource source, FigureOptions options)
    {
        FrontierPoint[] points = [.. curves.ByWeight.Append(curves.Chosen).Where(point => point.MeanSystemTimeSeconds > 0)];
        double[] times = [.. points.Select(point => point.MeanSystemTimeSeconds)];
        double[] accuracies = [.. points.Select(point => point.Accuracy)];
        var panel = new Panel(
            times.Length == 0 ? Scale.Linear(0, 1) : Scale.Logarithmic(times.Min(), times.Max()),
            times.Length == 0 || accuracies.Max() - accuracies.Min() < LeastSpan
                ? Scale.Accuracy()
                : Scale.Linear(accuracies.Min(), accuracies.Max()),
            "Mean system time (s)",
            "Accuracy");
        Look look = FigureStyle.LookOf(0);
        ImmutableArray<FrontierPoint> along = [.. curves.ByWeight.Where(point => point.MeanSystemTimeSeconds > 0)];
        panel.Line(along.Select(At), look);
        panel.Points(along.Select(At), look, size: 3);
        panel.Points(points.TakeLast(1).Select(At), FigureStyle.LookOf(1), size: 6);
        IEnumerable<FrontierPoint> labelled = along.Where((_, i) => i % LabelledEvery == 0)
            .Where(point => Rounded(point.AccuracyWeightSeconds) != Rounded(curves.AccuracyWeightSeconds));
        foreach (FrontierPoint point in points.TakeLast(1).Concat(labelled.Reverse()))
            panel.Words($"α = {Scale.Written(Rounded(point.AccuracyWeightSeconds))} s", At(point), Alignment.UpperLeft, (4, 3));
        var sheet = new Sheet
        {
            Rows = [[panel]],
            Entries =
            [
                new LegendEntry("optimal budgets as α runs", look.Colour) { Pattern = look.Pattern, Marker = look.Marker },
                new LegendEntry("chosen α", FigureStyle.LookOf(1).Colour) { Marker = MarkerShape.FilledSquare },
            ],
            Note = source.Note,
            Width = Sheet.PointsOf(options.Width),
            PlainHeight = options.Width == FigureWidth.Page ? 200 : 160,
        };
        IEnumerable<string[]> data =
        [
            ["accuracy_weight_s", "accuracy", "mean_system_time_s", .. curves.Tasks.Select(task => task + "_budget_tokens")],
            .. curves.ByWeight.Select(point => new[]
            {
                FigureText.Cell(point.AccuracyWeightSeconds), FigureText.Cell(point.Accuracy),
                FigureText.Cell(point.MeanSystemTimeSeconds),
            }.Concat(Budgets(point.BudgetTokens, curves.Tasks.Length)).ToArray()),
        ];
        return new Figure("frontier", "Accuracy against mean system time", sheet, data)
        {
            Caption = "Accuracy against mean system time at the optimal budgets as the accuracy weight α runs over four decades; every "
                + $"other policy lies below or to the right. The other settings: {curves.Point}. {source.Sentence}",
        };
    }

    private static (double X, double Y) At(FrontierPoint point) => (point.MeanSystemTimeSeconds, point.Accuracy);

    private static IEnumerable<string> Budgets(ImmutableArray<double> budgets, int count) =>
        budgets.IsEmpty ? Enumerable.Repeat("", count) : budgets.Select(budget => FigureText.Cell(budget));

    private static double Rounded(double value) => double.Parse(
        value.ToString("G3", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
