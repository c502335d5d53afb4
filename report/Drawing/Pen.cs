using ScottPlot;
using SkiaSharp;

namespace Calibration.Report.Drawing;

/// <summary>Writes texts of the one size on a canvas whose unit is a point.</summary>
internal sealed class Pen(SKCanvas canvas, FigureFont.Face face)
{
    /// <summary>Height of capital letters against the size of the type.</summary>
    private const float CapShare = 0.73f;

    internal SKCanvas Canvas { get; } = canvas;

    internal FigureFont.Face Face { get; } = face;

    internal void Write(string text, (float X, float Y) at, Alignment alignment)
    {
        if (text.Length == 0)
            return;
        float width = Face.Width(text), rise = CapShare * FigureStyle.TextSize;
        float x = at.X - (width * alignment.HorizontalFraction());
        float y = alignment switch
        {
            Alignment.UpperLeft or Alignment.UpperCenter or Alignment.UpperRight => at.Y + rise,
            Alignment.MiddleLeft or Alignment.MiddleCenter or Alignment.MiddleRight => at.Y + (rise / 2),
            _ => at.Y,
        };
        Draw(text, x, y);
    }

    /// <summary>Writes from below to above around a point.</summary>
    internal void WriteUpwards(string text, (float X, float Y) at)
    {
        if (text.Length == 0)
            return;
        Canvas.Save();
        Canvas.Translate(at.X, at.Y);
        Canvas.RotateDegrees(-90);
        Draw(text, -Face.Width(text) / 2, CapShare * FigureStyle.TextSize / 2);
        Canvas.Restore();
    }

    /// <summary>Fills a rectangle, so that words on it can be read.</summary>
    internal void Clear(SKRect place)
    {
        using var paint = new SKPaint { Color = new SKColor(255, 255, 255, 200), Style = SKPaintStyle.Fill };
        Canvas.DrawRect(place, paint);
    }

    private void Draw(string text, float x, float y)
    {
        using SKFont font = Face.NewFont();
        using var paint = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        Canvas.DrawText(text, x, y, SKTextAlign.Left, font, paint);
    }
}
