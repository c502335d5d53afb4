using System.Globalization;
using Calibration.Analysis;
using ScottPlot;

namespace Calibration.Report.Figures;

/// <summary>Fig. 3: J under uniform budgets and at the optimal allocation.</summary>
public static class ObjectiveFigure
{
    /// <summary>Writes <c>fig3.svg</c>, <c>.pdf</c> and <c>.png</c>.</summary>
    public static void Draw(RunAllocation allocation, string model, string folder)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        string origin = FigureStyle.Origin(model, allocation.Simulated, allocation.Samples, allocation.Incomplete);
        Plot plot = FigureStyle.NewPlot("Allocation", "Objective J (s)", origin, AllocationPoint.Of(allocation).Caption);
        (string Label, double Value)[] bars =
        [
            .. allocation.Uniform.Select(uniform =>
                (string.Create(CultureInfo.InvariantCulture, $"ℓ = {uniform.BudgetTokens}{(uniform.ExtrapolatedTasks.IsEmpty ? "" : "‡")}"),
                uniform.Objective)),
            ("ℓ*", allocation.Objective),
        ];
        for (int index = 0; index < bars.Length; index++)
        {
            bool best = index == bars.Length - 1;
            plot.Add.Bar(new Bar
            {
                Position = index,
                Value = bars[index].Value,
                Size = 0.6,
                FillColor = best ? FigureStyle.ColourOf(0) : Colors.Gray.WithAlpha(0.45),
                LineColor = Colors.Black,
                LineWidth = 0.7f,
            });
            double value = bars[index].Value;
            var text = plot.Add.Text(value.ToString("0.00", CultureInfo.InvariantCulture), index, Math.Max(value, 0));
            text.LabelFontSize = 7.5f;
            text.LabelAlignment = Alignment.LowerCenter;
        }

        plot.Axes.Bottom.SetTicks(
            Enumerable.Range(0, bars.Length).Select(index => (double)index).ToArray(), bars.Select(bar => bar.Label).ToArray());
        double low = Math.Min(0, bars.Min(bar => bar.Value)), high = Math.Max(0, bars.Max(bar => bar.Value));
        plot.Axes.SetLimits(-0.6, bars.Length - 0.4, low * 1.1, high + ((high - low) * 0.14) + 1e-9);
        FigureFiles.Write(plot, folder, "fig3");
    }
}
