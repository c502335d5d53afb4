using ScottPlot;
using SkiaSharp;

namespace Calibration.Report.Drawing;

/// <summary>A panel at its place on the sheet.</summary>
/// <param name="Panel">The panel.</param>
/// <param name="Data">The rectangle between its axes, in points.</param>
internal sealed record PanelPlace(Panel Panel, PixelRect Data)
{
    private const float Margin = 4;

    /// <summary>Places between the edges, the corners first.</summary>
    private static readonly float[] Shares = [0, 1, 0.5f, 0.25f, 0.75f, 0.125f, 0.375f, 0.625f, 0.875f];

    private readonly List<SKRect> _written = [];

    internal float X(double coordinate) =>
        Data.Left + (float)((coordinate - Panel.X.Low) / (Panel.X.High - Panel.X.Low) * (Data.Right - Data.Left));

    internal float Y(double coordinate) =>
        Data.Bottom - (float)((coordinate - Panel.Y.Low) / (Panel.Y.High - Panel.Y.Low) * (Data.Bottom - Data.Top));

    /// <summary>
    /// Writes the labels. One that would lie on another, or leave the axes, goes to another side of its point, or is omitted.
    /// </summary>
    internal void WriteLabels(Pen pen)
    {
        foreach (PanelLabel label in Panel.Labels)
        {
            float width = pen.Face.Width(label.Text);
            var sides = Sides(label).Select(side => (side.Alignment, At: (X: X(label.X) + side.X, Y: Y(label.Y) + side.Y)))
                .Select(side => (side.Alignment, side.At, Box: BoxOf(width, side.At, side.Alignment)))
                .Where(side => IsWithin(side.Box) && !_written.Any(other => other.IntersectsWith(side.Box)))
                .OrderBy(side => Panel.Occupied.Count(point => side.Box.Contains(X(point.X), Y(point.Y)))).ToArray();
            if (sides.Length == 0)
                continue;
            pen.Write(label.Text, sides[0].At, sides[0].Alignment);
            _written.Add(sides[0].Box);
        }
    }

    /// <summary>Writes lines in the corner, or in the middle of an edge, where they hide least.</summary>
    internal void WriteInCorner(Pen pen, string[] lines)
    {
        if (lines.Length == 0)
            return;
        float width = lines.Max(line => pen.Face.Width(line)) + 3;
        float height = lines.Length * FigureStyle.LineHeight;
        SKRect best = Places(width, height).MinBy(Hidden);
        pen.Clear(best);
        for (int i = 0; i < lines.Length; i++)
            pen.Write(lines[i], (best.Left + 1.5f, best.Top + 2 + (i * FigureStyle.LineHeight)), Alignment.UpperLeft);
    }

    private IEnumerable<SKRect> Places(float width, float height)
    {
        float across = Data.Right - Data.Left - width - (2 * Margin), down = Data.Bottom - Data.Top - height - (2 * Margin);
        return
            from row in Shares
            from column in Shares
            select SKRect.Create(Data.Left + Margin + (column * across), Data.Top + Margin + (row * down), width, height);
    }

    /// <summary>Points within a place; labels count for more, because words on words cannot be read.</summary>
    private int Hidden(SKRect place)
    {
        SKRect wide = SKRect.Inflate(place, 3, 3);
        int points = Panel.Occupied.Count(at => wide.Contains(X(at.X), Y(at.Y)));
        return points + (1_000 * _written.Count(box => box.IntersectsWith(wide)));
    }

    /// <summary>The wanted side, and for words beside a point the other three.</summary>
    private static (Alignment Alignment, float X, float Y)[] Sides(PanelLabel label)
    {
        (float x, float y) = label.Offset;
        return label.Alignment == Alignment.UpperLeft
            ? [(Alignment.UpperLeft, x, y), (Alignment.LowerRight, -x, -y), (Alignment.UpperRight, -x, y), (Alignment.LowerLeft, x, -y)]
            : [(label.Alignment, x, y)];
    }

    private bool IsWithin(SKRect box) =>
        box.Left >= Data.Left && box.Right <= Data.Right && box.Top >= Data.Top && box.Bottom <= Data.Bottom;

    private static SKRect BoxOf(float width, (float X, float Y) at, Alignment alignment)
    {
        float left = at.X - (width * alignment.HorizontalFraction());
        float top = alignment is Alignment.UpperLeft or Alignment.UpperRight ? at.Y : at.Y - FigureStyle.TextSize;
        return SKRect.Create(left, top, width, FigureStyle.TextSize);
    }
}
