using Calibration.Analysis;
using ScottPlot;

namespace Calibration.Report.Figures;

/// <summary>Fig. 4: J and its lower bound J̄ as one task's budget runs, with simulated queues as circles.</summary>
public static class SensitivityFigure
{
    /// <summary>Writes <c>fig4.svg</c>, <c>.pdf</c> and <c>.png</c>.</summary>
    public static void Draw(RunAllocation allocation, string model, string folder)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        BudgetSweep sweep = allocation.Sweep;
        string origin = FigureStyle.Origin(model, allocation.Simulated, allocation.Samples, allocation.Incomplete);
        Plot plot = FigureStyle.NewPlot(
            $"Budget of {sweep.DisplayName} ℓ (tokens)", "Objective J (s)", origin, AllocationPoint.Of(allocation).Caption);
        var objective = plot.Add.ScatterLine(
            sweep.Points.Select(point => point.BudgetTokens).ToArray(),
            sweep.Points.Select(point => point.Objective).ToArray(),
            FigureStyle.ColourOf(0));
        objective.LineWidth = 1.3f;
        objective.LegendText = "J(ℓ), P–K";
        SweepPoint[] bounded = [.. sweep.Points.Where(point => point.LowerBound is not null)];
        var bound = plot.Add.ScatterLine(
            bounded.Select(point => point.BudgetTokens).ToArray(),
            bounded.Select(point => point.LowerBound!.Value).ToArray(),
            FigureStyle.ColourOf(1));
        bound.LinePattern = LinePattern.DenselyDashed;
        bound.LineWidth = 1.1f;
        bound.LegendText = "lower bound (41)";
        SweepPoint[] circles = [.. sweep.Points.Where(point => point.Simulated is not null)];
        var simulated = plot.Add.Markers(
            circles.Select(point => point.BudgetTokens).ToArray(),
            circles.Select(point => point.Simulated!.Value).ToArray(),
            MarkerShape.OpenCircle,
            5,
            Colors.Black);
        simulated.LegendText = System.FormattableString.Invariant($"simulated queue, {sweep.Queries:N0} queries");
        var best = plot.Add.VerticalLine(sweep.BestBudgetTokens, 0.8f, Colors.Black, LinePattern.Dotted);
        best.LegendText = "ℓ*";
        plot.Axes.AutoScale();
        FigureStyle.LegendBelow(plot);
        FigureFiles.Write(plot, folder, "fig4");
    }
}
