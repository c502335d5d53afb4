using System.Collections.Immutable;
using Calibration.Analysis.Curves;
using Calibration.Report.Drawing;
using ScottPlot;

namespace Calibration.Report.Figures;

/// <summary>The optimal budgets ℓ* as the arrival rate or the accuracy weight runs.</summary>
internal static class BudgetFigures
{
    private const int MarkerEvery = 4;

    /// <summary>ℓ*(λ); null where it is not stored.</summary>
    internal static Figure? ByRate(DecisionCurves curves, FigureSource source, FigureOptions options) => Of(
        new Axis("budgets-lambda", "Optimal budgets against the arrival rate", "Arrival rate λ (1/s)", "arrival_rate_per_s")
        {
            Chosen = curves.ArrivalRatePerSecond,
            Caption = "Optimal budgets ℓ* against the arrival rate λ, up to 98 % of the rate at which no budgets are stable.",
            Other = $" The other settings: {curves.Point}.",
            Symbol = "λ",
        },
        [.. curves.ByArrivalRate.Select(point => (point.ArrivalRatePerSecond, point.BudgetTokens))],
        curves,
        (source, options));

    /// <summary>ℓ*(α); null where it is not stored.</summary>
    internal static Figure? ByWeight(DecisionCurves curves, FigureSource source, FigureOptions options) => Of(
        new Axis("budgets-alpha", "Optimal budgets against the accuracy weight", "Accuracy weight α (s)", "accuracy_weight_s")
        {
            Chosen = curves.AccuracyWeightSeconds,
            Caption = "Optimal budgets ℓ* against the accuracy weight α.",
            Other = $" The other settings: {curves.Point}.",
            Symbol = "α",
        },
        [.. curves.ByWeight.Where(point => !point.BudgetTokens.IsEmpty).Select(point => (point.AccuracyWeightSeconds, point.BudgetTokens))],
        curves,
        (source, options));

    private static Figure? Of(
        Axis axis,
        ImmutableArray<(double Value, ImmutableArray<double> Budgets)> points,
        DecisionCurves curves,
        (FigureSource Source, FigureOptions Options) how)
    {
        if (points.Length < 2 || curves.Tasks.IsEmpty)
            return null;
        double largest = points.Max(point => point.Budgets.Max());
        var panel = new Panel(
            Scale.Logarithmic(points[0].Value, points[^1].Value),
            how.Options.LinearBudgets ? Scale.LinearBudgets(largest) : Scale.OptimalBudgets(largest),
            axis.Label,
            "Optimal budget ℓ*");
        bool isShown = axis.Chosen >= points[0].Value && axis.Chosen <= points[^1].Value;
        if (isShown)
            panel.Vertical(axis.Chosen, LinePattern.Dotted);
        string chosen = isShown ? $" Dotted: the chosen {axis.Symbol}." : "";
        for (int k = 0; k < curves.Tasks.Length; k++)
        {
            (double Value, double Budget)[] line = [.. points.Select(point => (point.Value, point.Budgets[k]))];
            panel.Line(line, FigureStyle.LookOf(k));
            panel.Points(line.Where((_, i) => i % MarkerEvery == k % MarkerEvery), FigureStyle.LookOf(k));
        }

        var sheet = new Sheet
        {
            Rows = [[panel]],
            Entries =
            [
                .. curves.Tasks.Select((task, k) => new LegendEntry(task, FigureStyle.LookOf(k).Colour)
                {
                    Marker = FigureStyle.LookOf(k).Marker,
                    Pattern = FigureStyle.LookOf(k).Pattern,
                }),
            ],
            Note = how.Source.Note,
            Width = Sheet.PointsOf(how.Options.Width),
            PlainHeight = how.Options.Width == FigureWidth.Page ? 210 : 170,
        };
        IEnumerable<string[]> data =
        [
            [axis.Column, .. curves.Tasks.Select(task => task + "_budget_tokens")],
            .. points.Select(point => point.Budgets.Prepend(point.Value).Select(value => FigureText.Cell(value)).ToArray()),
        ];
        return new Figure(axis.Name, axis.Title, sheet, data)
        {
            Caption = $"{axis.Caption}{chosen}{axis.Other} Markers are every {MarkerEvery}th computed point. {how.Source.Sentence}",
        };
    }

    /// <summary>What runs.</summary>
    private sealed record Axis(string Name, string Title, string Label, string Column)
    {
        internal required double Chosen { get; init; }

        internal required string Caption { get; init; }

        internal required string Other { get; init; }

        internal required string Symbol { get; init; }
    }
}
