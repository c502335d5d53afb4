using ScottPlot;
using SkiaSharp;

namespace Calibration.Report.Drawing;

/// <summary>
/// Lines, bands, bars and markers as few vector operations: one path per dashed line (SVG has no path effects), one per set of error bars,
/// and coordinates of 0.01 points. So a figure of 1,000 markers stays small.
/// </summary>
internal static class VectorShapes
{
    private const float OutlineWidth = 0.9f;

    internal static void Line(SKCanvas canvas, SKPoint[] points, LinePattern pattern, SKPaint stroke)
    {
        using SKPath path = PathOf(points, isClosed: false);
        if (pattern.Intervals.Length == 0)
        {
            canvas.DrawPath(path, stroke);
            return;
        }

        using var dashes = new SKPath();
        using var measure = new SKPathMeasure(path);
        float at = 0;
        for (int i = 0; at < measure.Length; i++)
        {
            float end = at + pattern.Intervals[i % pattern.Intervals.Length];
            if (i % 2 == 0)
                measure.GetSegment(at, Math.Min(end, measure.Length), dashes, startWithMoveTo: true);
            at = end;
        }

        canvas.DrawPath(dashes, stroke);
    }

    internal static void Fill(SKCanvas canvas, SKPoint[] corners, SKColor colour)
    {
        using SKPath path = PathOf(corners, isClosed: true);
        using var paint = new SKPaint { Color = colour, Style = SKPaintStyle.Fill, IsAntialias = true };
        canvas.DrawPath(path, paint);
    }

    /// <summary>Vertical bars with caps.</summary>
    internal static void Bars(SKCanvas canvas, (SKPoint Low, SKPoint High)[] bars, float cap, SKPaint stroke)
    {
        using var path = new SKPath();
        foreach ((SKPoint low, SKPoint high) in bars)
        {
            (float x, float from, float to) = (Rounded(low.X), Rounded(low.Y), Rounded(high.Y));
            path.MoveTo(x, from);
            path.LineTo(x, to);
            foreach (float y in (float[])[from, to])
            {
                path.MoveTo(x - cap, y);
                path.LineTo(x + cap, y);
            }
        }

        canvas.DrawPath(path, stroke);
    }

    /// <summary>Markers of one shape. Open ones are drawn one after another, so that each hides what is below it.</summary>
    internal static void Markers(SKCanvas canvas, SKPoint[] points, MarkerShape shape, (float Size, Color Colour) look)
    {
        SKPoint[] rounded = Array.ConvertAll(points, point => new SKPoint(Rounded(point.X), Rounded(point.Y)));
        SKColor colour = look.Colour.ToSKColor();
        using SKPaint stroke = Stroke(colour, OutlineWidth);
        switch (shape)
        {
            case MarkerShape.FilledCircle:
                Dots(canvas, rounded, look.Size, colour);
                break;
            case MarkerShape.OpenCircle:
                foreach (SKPoint point in rounded)
                {
                    Dots(canvas, [point], look.Size + OutlineWidth, colour);
                    Dots(canvas, [point], look.Size - OutlineWidth, SKColors.White);
                }

                break;
            case MarkerShape.OpenCircleWithDot:
                foreach (SKPoint point in rounded)
                    canvas.DrawCircle(point, look.Size / 2, stroke);
                break;
            case MarkerShape.Eks:
                foreach (SKPoint point in rounded)
                    Cross(canvas, point, look.Size / 2, stroke);
                break;
            default:
                foreach (SKPoint point in rounded)
                    Polygon(canvas, Corners(shape, point, look.Size / 2), IsOpen(shape) ? stroke : null, colour);
                break;
        }
    }

    internal static SKPaint Stroke(SKColor colour, float width) => new()
    {
        Color = colour,
        StrokeWidth = width,
        Style = SKPaintStyle.Stroke,
        IsAntialias = true,
        StrokeJoin = SKStrokeJoin.Round,
    };

    private static void Dots(SKCanvas canvas, SKPoint[] points, float size, SKColor colour)
    {
        // A round end at both ends of a line too short to see: one path for all. Skia's SVG has nothing for a point without length.
        using SKPaint paint = Stroke(colour, size);
        paint.StrokeCap = SKStrokeCap.Round;
        using var path = new SKPath();
        foreach (SKPoint point in points)
        {
            path.MoveTo(point);
            path.RLineTo(0.01f, 0);
        }

        canvas.DrawPath(path, paint);
    }

    private static void Cross(SKCanvas canvas, SKPoint at, float half, SKPaint stroke)
    {
        canvas.DrawLine(at.X - half, at.Y - half, at.X + half, at.Y + half, stroke);
        canvas.DrawLine(at.X - half, at.Y + half, at.X + half, at.Y - half, stroke);
    }

    private static void Polygon(SKCanvas canvas, SKPoint[] corners, SKPaint? outline, SKColor colour)
    {
        Fill(canvas, corners, outline is null ? colour : SKColors.White);
        if (outline is null)
            return;
        using SKPath path = PathOf(corners, isClosed: true);
        canvas.DrawPath(path, outline);
    }

    private static bool IsOpen(MarkerShape shape) =>
        shape is MarkerShape.OpenDiamond or MarkerShape.OpenSquare or MarkerShape.OpenTriangleUp;

    private static SKPoint[] Corners(MarkerShape shape, SKPoint at, float half) => shape switch
    {
        MarkerShape.FilledSquare or MarkerShape.OpenSquare =>
            [at + new SKSize(-half, -half), at + new SKSize(half, -half), at + new SKSize(half, half), at + new SKSize(-half, half)],
        MarkerShape.OpenDiamond =>
            [at + new SKSize(0, -1.35f * half), at + new SKSize(1.35f * half, 0), at + new SKSize(0, 1.35f * half),
                at + new SKSize(-1.35f * half, 0)],
        _ => [at + new SKSize(0, -1.3f * half), at + new SKSize(1.2f * half, 0.9f * half), at + new SKSize(-1.2f * half, 0.9f * half)],
    };

    private static SKPath PathOf(SKPoint[] points, bool isClosed)
    {
        var path = new SKPath();
        for (int i = 0; i < points.Length; i++)
        {
            (float x, float y) = (Rounded(points[i].X), Rounded(points[i].Y));
            if (i == 0)
                path.MoveTo(x, y);
            else
                path.LineTo(x, y);
        }

        if (isClosed)
            path.Close();
        return path;
    }

    private static float Rounded(float value) => MathF.Round(value * 100) / 100;
}
