using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;

namespace Calibration.Report.Drawing;

/// <summary>How wide a figure is at final size.</summary>
public enum FigureWidth
{
    /// <summary>One column of an IEEE paper, 3.5 inches.</summary>
    Column,

    /// <summary>Both columns, 7.16 inches.</summary>
    Page,
}

/// <summary>
/// A figure: panels in rows under a common legend. It places and writes all texts itself, so that sizes are exact and none overlap;
/// ScottPlot draws axes and grid.
/// </summary>
internal sealed class Sheet
{
    private const float TickLength = 2.5f;
    private const float Gap = 3;
    private const float TickGap = 5;

    private readonly Lazy<FigureFont.Face> _face;
    private readonly Lazy<Legend> _legend;

    internal Sheet() => (_face, _legend) = (new(() => FigureFont.For(Texts())), new(() => new Legend(Entries, _face!.Value, Width)));

    /// <summary>The panels, row by row.</summary>
    internal required ImmutableArray<ImmutableArray<Panel>> Rows { get; init; }

    /// <summary>The legend's entries; a legend of none takes no room.</summary>
    internal ImmutableArray<LegendEntry> Entries { get; init; } = [];

    /// <summary>A short remark inside the first panel's axes, such as "simulated".</summary>
    internal string Note { get; init; } = "";

    /// <summary>Width at final size, in points.</summary>
    internal required float Width { get; init; }

    /// <summary>Height without what a long legend adds, in points.</summary>
    internal required float PlainHeight { get; init; }

    /// <summary>Height at final size, in points: the legend takes at most 15 % of it.</summary>
    internal float Height => MathF.Ceiling(Math.Max(PlainHeight, _legend.Value.Height / FigureStyle.LargestLegendShare));

    internal FigureFont.Face Face => _face.Value;

    internal static float PointsOf(FigureWidth width) => width == FigureWidth.Column ? 252 : 515.52f;

    /// <summary>Draws on a canvas whose unit is a point.</summary>
    internal void Draw(SKCanvas canvas)
    {
        canvas.Clear(SKColors.White);
        var pen = new Pen(canvas, Face);
        _legend.Value.Draw(pen);
        float top = _legend.Value.Height, weights = Rows.Sum(row => row[0].Weight), free = Height - top - 1;
        for (int r = 0; r < Rows.Length; r++)
        {
            float height = free * Rows[r][0].Weight / weights, width = Width / Rows[r].Length;
            for (int c = 0; c < Rows[r].Length; c++)
            {
                var outer = new PixelRect(c * width, (c + 1) * width, top + height, top);
                DrawPanel(pen, Rows[r][c], outer, Padding(r, c));
            }

            top += height;
        }
    }

    /// <summary>Room around the data, the same for all panels of a column and of a row.</summary>
    private PixelPadding Padding(int row, int column)
    {
        Panel[] above = [.. Rows.Where(panels => column < panels.Length).Select(panels => panels[column])];
        float ticks = above.Max(panel => panel.Y.Ticks.Max(tick => Face.Width(tick.Text)));
        float label = above.Any(panel => panel.YLabel.Length > 0) ? FigureStyle.LineHeight + 1 : 0;
        float right = above.Max(panel => Face.Width(panel.X.Ticks[^1].Text)) / 2;
        bool named = Rows[row].Any(panel => panel.XLabel.Length > 0);
        float bottom = TickLength + Gap + FigureStyle.LineHeight + (named ? FigureStyle.LineHeight : 0);
        return new PixelPadding(label + ticks + TickLength + Gap + 1, Math.Max(4, right + 1), bottom, 5);
    }

    private void DrawPanel(Pen pen, Panel panel, PixelRect outer, PixelPadding padding)
    {
        var data = new PixelRect(
            outer.Left + padding.Left, outer.Right - padding.Right, outer.Bottom - padding.Bottom, outer.Top + padding.Top);
        var place = new PanelPlace(panel, data);
        TickLabel[] bottom = TickChoice.Of(panel.X, tick => (place.X(panel.X.At(tick.Value)), Face.Width(tick.Text)));
        TickLabel[] left = TickChoice.Of(panel.Y, tick => (-place.Y(panel.Y.At(tick.Value)), FigureStyle.TextSize));
        Style(panel, bottom, left);
        panel.Plot.Layout.Fixed(padding);
        panel.Plot.RenderManager.ClearCanvasBeforeEachRender = false;
        panel.Plot.Render(pen.Canvas, outer);
        foreach (TickLabel tick in bottom)
            pen.Write(tick.Text, (place.X(panel.X.At(tick.Value)), data.Bottom + TickLength + Gap), Alignment.UpperCenter);
        foreach (TickLabel tick in left)
            pen.Write(tick.Text, (data.Left - TickLength - Gap + 1, place.Y(panel.Y.At(tick.Value))), Alignment.MiddleRight);
        pen.Write(panel.XLabel, ((data.Left + data.Right) / 2, outer.Bottom - FigureStyle.LineHeight + 0.5f), Alignment.UpperCenter);
        pen.WriteUpwards(panel.YLabel, (outer.Left + (FigureStyle.LineHeight / 2) + 0.5f, (data.Top + data.Bottom) / 2));
        place.WriteLabels(pen);
        string[] words = [panel.Caption, ReferenceEquals(panel, Rows[0][0]) ? Note : ""];
        place.WriteInCorner(pen, [.. words.Where(word => word.Length > 0)]);
    }

    private static void Style(Panel panel, TickLabel[] bottom, TickLabel[] left)
    {
        Plot plot = panel.Plot;
        plot.FigureBackground.Color = Colors.Transparent;
        plot.DataBackground.Color = Colors.Transparent;
        plot.Axes.Bottom.SetTicks([.. bottom.Select(tick => panel.X.At(tick.Value))], [.. bottom.Select(_ => "")]);
        plot.Axes.Left.SetTicks([.. left.Select(tick => panel.Y.At(tick.Value))], [.. left.Select(_ => "")]);
        foreach (IAxis axis in plot.Axes.GetAxes())
        {
            axis.FrameLineStyle.Width = FigureStyle.AxisWidth;
            axis.FrameLineStyle.Color = FigureStyle.Ink;
            axis.MajorTickStyle.Length = TickLength;
            axis.MajorTickStyle.Width = FigureStyle.AxisWidth;
            axis.MinorTickStyle.Length = 0;
            axis.TickLabelStyle.IsVisible = false;
        }

        plot.Grid.MajorLineColor = FigureStyle.Faint;
        plot.Grid.MajorLineWidth = FigureStyle.GridWidth;
        plot.Grid.MinorLineWidth = 0;
    }

    private IEnumerable<string> Texts() => Rows.SelectMany(row => row)
        .SelectMany(panel => (IEnumerable<string>)
        [
            panel.XLabel, panel.YLabel, panel.Caption, .. panel.X.Ticks.Concat(panel.Y.Ticks).Select(tick => tick.Text),
            .. panel.Labels.Select(label => label.Text),
        ])
        .Concat(Entries.Select(entry => entry.Text)).Append(Note);

    /// <summary>Those ticks of a scale whose labels do not touch.</summary>
    private static class TickChoice
    {
        internal static TickLabel[] Of(Scale scale, Func<TickLabel, (float Middle, float Length)> place)
        {
            TickLabel[] all = [.. scale.Ticks];
            (float Low, float High)[] spans = Array.ConvertAll(all, tick =>
            {
                (float middle, float length) = place(tick);
                return (middle - (length / 2), middle + (length / 2));
            });
            return scale.IsLog ? Greedy(all, spans) : Stepped(all, spans);
        }

        /// <summary>Both ends, and from below each that touches neither the one before nor the last.</summary>
        private static TickLabel[] Greedy(TickLabel[] all, (float Low, float High)[] spans)
        {
            List<int> kept = [0];
            for (int i = 1; i < all.Length - 1; i++)
            {
                if (spans[i].Low >= spans[kept[^1]].High + TickGap && spans[i].High + TickGap <= spans[^1].Low)
                    kept.Add(i);
            }

            if (all.Length > 1)
                kept.Add(all.Length - 1);
            return [.. kept.Select(i => all[i])];
        }

        /// <summary>Every tick, or every second, and so on, such that both ends are kept.</summary>
        private static TickLabel[] Stepped(TickLabel[] all, (float Low, float High)[] spans)
        {
            int last = all.Length - 1;
            for (int step = 1; step < last; step++)
            {
                int[] kept = [.. Enumerable.Range(0, all.Length).Where(i => i % step == 0)];
                if (last % step == 0 && kept.Zip(kept.Skip(1)).All(pair => spans[pair.Second].Low >= spans[pair.First].High + TickGap - 2))
                    return [.. kept.Select(i => all[i])];
            }

            return all.Length == 1 ? all : [all[0], all[^1]];
        }
    }
}
