using System.Collections.Immutable;
using ScottPlot;
using SkiaSharp;

namespace Calibration.Report.Drawing;

/// <summary>The legend above the panels, in as many rows as it needs; each entry has its line and its marker.</summary>
internal sealed class Legend
{
    private const float SampleWidth = 20;
    private const float SampleGap = 3;
    private const float EntryGap = 9;
    private const float Margin = 2;

    private readonly List<(LegendEntry Entry, float X, int Row)> _places = [];

    internal Legend(ImmutableArray<LegendEntry> entries, FigureFont.Face face, float width)
    {
        float[] widths = [.. entries.Select(entry => SampleWidth + SampleGap + face.Width(entry.Text))];
        float room = width - (2 * Margin);
        for (int columns = entries.Length; columns > 1; columns--)
        {
            float[] wide = [.. Enumerable.Range(0, columns).Select(column => widths.Where((_, i) => i % columns == column).Max())];
            float free = (room - wide.Sum()) / (columns - 1);
            if (free < EntryGap)
                continue;

            // As many rows as these columns need, but equally full ones.
            int rows = (entries.Length + columns - 1) / columns, full = (entries.Length + rows - 1) / rows;
            float[] best = [.. Enumerable.Range(0, full).Select(column => widths.Where((_, i) => i % full == column).Max())];
            float between = (room - best.Sum()) / Math.Max(1, full - 1), gap = rows == 1 ? EntryGap : Math.Min(between, 3 * EntryGap);
            if (gap < EntryGap)
                continue;
            for (int i = 0; i < entries.Length; i++)
                _places.Add((entries[i], Margin + best.Take(i % full).Sum() + (gap * (i % full)), i / full));
            return;
        }

        InLines(entries, widths, width);
    }

    /// <summary>One entry after another, where columns do not fit.</summary>
    private void InLines(ImmutableArray<LegendEntry> entries, float[] widths, float width)
    {
        float x = Margin;
        int row = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            if (x > Margin && x + widths[i] > width - Margin)
                (x, row) = (Margin, row + 1);
            _places.Add((entries[i], x, row));
            x += widths[i] + EntryGap;
        }
    }

    /// <summary>Height in points; 0 without entries.</summary>
    internal float Height => _places.Count == 0 ? 0 : ((_places[^1].Row + 1) * FigureStyle.LineHeight) + Margin;

    internal void Draw(Pen pen)
    {
        foreach ((LegendEntry entry, float x, int row) in _places)
        {
            float y = Margin + ((row + 0.5f) * FigureStyle.LineHeight);
            Sample(pen.Canvas, entry, new SKPoint(x, y));
            pen.Write(entry.Text, (x + SampleWidth + SampleGap, y), Alignment.MiddleLeft);
        }
    }

    private static void Sample(SKCanvas canvas, LegendEntry entry, SKPoint at)
    {
        if (entry.Pattern is { } pattern)
        {
            using SKPaint stroke = VectorShapes.Stroke(entry.Colour.ToSKColor(), FigureStyle.LineWidth);
            VectorShapes.Line(canvas, [at, at + new SKSize(SampleWidth, 0)], pattern, stroke);
        }

        if (entry.Marker is { } shape)
            VectorShapes.Markers(canvas, [at + new SKSize(SampleWidth / 2, 0)], shape, (FigureStyle.MarkerSize, entry.Colour));
    }
}
