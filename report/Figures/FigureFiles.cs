using ScottPlot;
using SkiaSharp;

namespace Calibration.Report.Figures;

/// <summary>Writes one plot as SVG, PDF and PNG (300 dpi) at IEEE column width, 3.5 by 2.8 inches.</summary>
internal static class FigureFiles
{
    private const int Width = 336;
    private const int Height = 270;
    private const double PngScale = 300 / 96.0;
    private const float PointsPerPixel = 72 / 96f;

    internal static void Write(Plot plot, string folder, string name)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".svg"), plot.GetSvgXml(Width, Height));
        WritePdf(plot, Path.Combine(folder, name + ".pdf"));
        plot.ScaleFactor = PngScale;
        plot.SavePng(Path.Combine(folder, name + ".png"), (int)(Width * PngScale), (int)(Height * PngScale));
        plot.ScaleFactor = 1;
    }

    private static void WritePdf(Plot plot, string path)
    {
        using var stream = new SKFileWStream(path);
        using SKDocument document = SKDocument.CreatePdf(stream);
        SKCanvas canvas = document.BeginPage(Width * PointsPerPixel, Height * PointsPerPixel);
        canvas.Scale(PointsPerPixel);
        plot.Render(canvas, Width, Height);
        document.EndPage();
        document.Close();
    }
}
