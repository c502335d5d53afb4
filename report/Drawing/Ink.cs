using ScottPlot;
using SkiaSharp;

namespace Calibration.Report.Drawing;

/// <summary>Something that we draw ourselves between a plot's axes.</summary>
/// <param name="draw">Draws on the canvas; the function gives the place of a coordinate.</param>
internal sealed class Ink(Action<SKCanvas, Func<(double X, double Y), SKPoint>> draw) : IPlottable
{
    /// <inheritdoc/>
    public bool IsVisible { get; set; } = true;

    /// <inheritdoc/>
    public IAxes Axes { get; set; } = new Axes();

    /// <inheritdoc/>
    public IEnumerable<LegendItem> LegendItems => [];

    /// <inheritdoc/>
    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    /// <inheritdoc/>
    public void Render(RenderPack rp) => draw(rp.Canvas, at =>
    {
        Pixel pixel = Axes.GetPixel(new Coordinates(at.X, at.Y));
        return new SKPoint(pixel.X, pixel.Y);
    });
}
