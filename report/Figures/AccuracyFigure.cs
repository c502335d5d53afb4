using Calibration.Analysis;
using Calibration.Fitting;
using ScottPlot;

namespace Calibration.Report.Figures;

/// <summary>Fig. 2: measured accuracy against budget with 95 % error bars, and the shapes that the data chose.</summary>
public static class AccuracyFigure
{
    private static readonly int[] Ticks = [0, 1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536];

    /// <summary>Writes <c>fig2.svg</c>, <c>.pdf</c> and <c>.png</c>.</summary>
    public static void Draw(RunFits fits, string folder)
    {
        ArgumentNullException.ThrowIfNull(fits);
        Plot plot = FigureStyle.NewPlot(
            "Thinking tokens ℓ (scale log(1 + ℓ))",
            "Accuracy",
            FigureStyle.Origin(fits.Model, fits.Simulated, fits.Samples, fits.Incomplete));
        for (int index = 0; index < fits.Tasks.Length; index++)
            DrawTask(plot, fits.Tasks[index], index);
        double largest = fits.Tasks.Max(task => task.Accuracy.Points.Count == 0 ? 1 : task.Accuracy.Points[^1].BudgetTokens);
        plot.Axes.Bottom.SetTicks(
            TickValues(largest).Select(X).ToArray(),
            TickValues(largest).Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray());
        plot.Axes.SetLimits(-0.3, X(largest) + 0.3, -0.02, 1.02);
        FigureStyle.LegendBelow(plot);
        FigureFiles.Write(plot, folder, "fig2");
    }

    private static void DrawTask(Plot plot, TaskFits task, int index)
    {
        IReadOnlyList<AccuracyPoint> points = task.Accuracy.Points;
        double[] xs = points.Select(point => X(point.BudgetTokens)).ToArray();
        double[] ys = points.Select(point => point.Correct / point.Answers).ToArray();
        var bars = plot.Add.ErrorBar(xs, ys, points.Select(point => 1.96 * point.StandardError).ToArray());
        bars.Color = FigureStyle.ColourOf(index);
        bars.CapSize = 2;
        var markers = plot.Add.Markers(xs, ys, FigureStyle.MarkerOf(index), 4.5f, FigureStyle.ColourOf(index));
        markers.LegendText = task.DisplayName + Remark(task) + (task.MarkedBudgets.Any() ? " (× more than 1 % excluded)" : "");
        DrawExclusions(plot, task, index);
        if (task.Shape is not { Curve: not PointAccuracy } shape || points.Count == 0)
            return;

        // Nothing is drawn beyond the peak, where a fall begins, nor beyond what was measured.
        double low = shape.Curve is InterpolatedAccuracy interpolated ? interpolated.Points[0].BudgetTokens : 0;
        double high = Math.Min(points[^1].BudgetTokens, shape.LargestBudgetTokens ?? double.PositiveInfinity);
        double[] lineXs = Enumerable.Range(0, 201).Select(step => X(low) + ((X(high) - X(low)) * step / 200)).ToArray();
        double[] lineYs = lineXs.Select(x => shape.Curve.At(Math.Clamp(Math.Pow(2, x) - 1, low, high))).ToArray();
        var line = plot.Add.ScatterLine(lineXs, lineYs, FigureStyle.ColourOf(index));
        line.LinePattern = FigureStyle.PatternOf(index);
        line.LineWidth = 1.1f;
    }

    /// <summary>Where more than 1 % of the trials are excluded: a cross, and the accuracy if all of them were wrong or right.</summary>
    private static void DrawExclusions(Plot plot, TaskFits task, int index)
    {
        foreach (BudgetExclusion exclusion in task.MarkedBudgets)
        {
            double x = X(exclusion.BudgetTokens);
            var bounds = plot.Add.Line(x, exclusion.AccuracyIfWrong, x, exclusion.AccuracyIfRight);
            bounds.Color = FigureStyle.ColourOf(index).WithAlpha(0.5);
            bounds.LineWidth = 3;
            plot.Add.Markers(new[] { x }, new[] { exclusion.AccuracyIfWrong }, MarkerShape.Eks, 6, FigureStyle.ColourOf(index));
            plot.Add.Markers(new[] { x }, new[] { exclusion.AccuracyIfRight }, MarkerShape.Eks, 6, FigureStyle.ColourOf(index));
        }
    }

    private static string Remark(TaskFits task)
    {
        if (task.Accuracy.Verdict == Verdict.MissingData)
            return " (not fitted: missing data)";
        string shape = task.Shape?.Kind switch
        {
            ShapeKind.Exponential => "",
            ShapeKind.Hill => "Hill curve",
            ShapeKind.Interpolated => "interpolated",
            _ => "no curve",
        };
        string fall = task.Shape?.Fall is { } fallen ? $"falls beyond {fallen.PeakTokens}" : "";
        string both = string.Join(", ", new[] { shape, fall }.Where(text => text.Length > 0));
        return both.Length == 0 ? "" : $" ({both})";
    }

    private static double X(double tokens) => Math.Log2(1 + tokens);

    private static double X(int tokens) => X((double)tokens);

    private static IEnumerable<int> TickValues(double largest) =>
        Ticks.Where(value => value <= Math.Max(largest, 1) * 1.01);
}
