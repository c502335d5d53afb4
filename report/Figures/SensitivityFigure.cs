using Calibration.Analysis;
using Calibration.Analysis.Curves;
using Calibration.Report.Drawing;
using ScottPlot;

namespace Calibration.Report.Figures;

/// <summary>Fig. 4: J and its lower bound as one task's budget runs, with replicated simulated queues.</summary>
internal static class SensitivityFigure
{
    private static readonly Look Formula = FigureStyle.LookOf(0);
    private static readonly Look Bound = FigureStyle.LookOf(1);
    private static readonly Look Queue = new(FigureStyle.Ink, MarkerShape.OpenCircle, LinePattern.Solid);

    internal static Figure Of(DecisionCurves curves, FigureSource source, FigureOptions options)
    {
        BudgetSweep sweep = curves.Sweep;
        SweepPoint[] bounded = [.. sweep.Points.Where(point => point.LowerBound is not null)];
        SweepPoint[] simulated = [.. sweep.Points.Where(point => point.Simulated is not null)];
        double[] values =
        [
            .. sweep.Points.Select(point => point.Objective), .. bounded.Select(point => point.LowerBound!.Value),
            .. simulated.SelectMany(point => Ends(point)),
        ];
        double largest = sweep.Points.Select(point => point.BudgetTokens).Append(1).Max();
        var panel = new Panel(
            Scale.LinearBudgets(largest),
            Scale.Linear(values.Min(), values.Max()),
            $"Thinking tokens ℓ of {sweep.DisplayName}",
            "Objective J (s)");
        bool hasBest = sweep.BestBudgetTokens <= largest;
        if (hasBest)
            panel.Vertical(sweep.BestBudgetTokens, LinePattern.Dotted);
        panel.Line(sweep.Points.Select(point => (point.BudgetTokens, point.Objective)), Formula);
        panel.Line(bounded.Select(point => (point.BudgetTokens, point.LowerBound!.Value)), Bound);
        panel.Points(simulated.Select(point => (point.BudgetTokens, point.Simulated!.Value)), Queue, size: 2.6f);
        panel.Bars(
            from point in simulated
            where point.SimulatedInterval is not null
            select (point.BudgetTokens, point.SimulatedInterval!.Low, point.SimulatedInterval.High),
            FigureStyle.Ink);
        var sheet = new Sheet
        {
            Rows = [[panel]],
            Entries =
            [
                new LegendEntry("J(ℓ), formula", Formula.Colour) { Pattern = Formula.Pattern },
                .. bounded.Length > 1
                    ? [new LegendEntry("lower bound (41)", Bound.Colour) { Pattern = Bound.Pattern }]
                    : Array.Empty<LegendEntry>(),
                new LegendEntry("simulated", Queue.Colour) { Marker = Queue.Marker },
                .. hasBest
                    ? [new LegendEntry("ℓ* = " + Scale.Written(Math.Round(sweep.BestBudgetTokens, 1)), FigureStyle.Muted)
                    {
                        Pattern = LinePattern.Dotted,
                    }]
                    : Array.Empty<LegendEntry>(),
            ],
            Note = source.Note,
            Width = Sheet.PointsOf(options.Width),
            PlainHeight = options.Width == FigureWidth.Page ? 200 : 160,
        };
        IEnumerable<string[]> data =
        [
            ["task", "budget_tokens", "objective_s", "lower_bound_s", "simulated_s", "simulated_low_s", "simulated_high_s"],
            .. sweep.Points.Select(point => new[]
            {
                sweep.DisplayName, FigureText.Cell(point.BudgetTokens), FigureText.Cell(point.Objective),
                FigureText.Cell(point.LowerBound), FigureText.Cell(point.Simulated), FigureText.Cell(point.SimulatedInterval?.Low),
                FigureText.Cell(point.SimulatedInterval?.High),
            }),
        ];
        return new Figure("fig4", $"Objective J against the budget of {sweep.DisplayName}", sheet, data)
        {
            Caption = Caption(curves, source, bounded.Length > 1),
        };
    }

    private static double[] Ends(SweepPoint point) => point.SimulatedInterval is { } interval
        ? [interval.Low, interval.High]
        : [point.Simulated!.Value];

    private static string Caption(DecisionCurves curves, FigureSource source, bool isBounded)
    {
        BudgetSweep sweep = curves.Sweep;
        string formula = curves.ServerSpeed is null ? "Pollaczek and Khinchine's formula" : "the formula for a server with slots";
        string bound = isBounded ? "; dashed: the lower bound (41) on J at integer budgets" : "";
        string circles = sweep.Replications > 1
            ? $"means of {FigureText.Plural(sweep.Replications, "simulated queue")} of {Scale.Written(sweep.Queries)} queries"
            : "one simulated queue each";
        string between = sweep.Interpolated
            ? $" {sweep.DisplayName} has no curve: between its measured budgets its accuracy is interpolated."
            : "";
        return $"Objective J against the thinking tokens of {sweep.DisplayName}; the other tasks stay at ℓ*, at {curves.Point}. Line: "
            + $"{formula}{bound}. Circles: {circles}{(sweep.Replications > 1 ? ", with 95 % intervals" : "")}.{between} {source.Sentence}";
    }
}
