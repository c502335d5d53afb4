using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using SkiaSharp;

namespace Calibration.Report.Drawing;

/// <summary>A sheet as PDF and SVG (vector, with the font inside) and as PNG of 300 dpi.</summary>
internal static partial class SheetFiles
{
    private const float Dpi = 300;
    private const float PointsPerInch = 72;

    /// <param name="sheet">The figure.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="name">Their name without its ending.</param>
    /// <param name="words">Title and description, for readers who cannot see it.</param>
    internal static void Write(Sheet sheet, string folder, string name, (string Title, string Description) words)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".svg"), Svg(sheet, words));
        WritePdf(sheet, Path.Combine(folder, name + ".pdf"), words.Title);
        File.WriteAllBytes(Path.Combine(folder, name + ".png"), Png(sheet));
    }

    private static void WritePdf(Sheet sheet, string path, string title)
    {
        using var stream = new SKFileWStream(path);
        var metadata = new SKDocumentPdfMetadata { Title = title, RasterDpi = Dpi, EncodingQuality = 101 };
        using SKDocument document = SKDocument.CreatePdf(stream, metadata);
        sheet.Draw(document.BeginPage(sheet.Width, sheet.Height));
        document.EndPage();
        document.Close();
    }

    private static byte[] Png(Sheet sheet)
    {
        const float Scale = Dpi / PointsPerInch;
        var size = new SKImageInfo((int)MathF.Round(sheet.Width * Scale), (int)MathF.Round(sheet.Height * Scale));
        using SKSurface surface = SKSurface.Create(size);
        surface.Canvas.Scale(Scale);
        sheet.Draw(surface.Canvas);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        return PngResolution.Of(data.ToArray(), Dpi);
    }

    internal static string Svg(Sheet sheet, (string Title, string Description) words)
    {
        using var stream = new MemoryStream();
        using (SKCanvas canvas = SKSvgCanvas.Create(SKRect.Create(sheet.Width, sheet.Height), stream))
            sheet.Draw(canvas);
        string drawn = Encoding.UTF8.GetString(stream.ToArray());
        string size = string.Create(
            CultureInfo.InvariantCulture,
            $"width=\"{sheet.Width}pt\" height=\"{sheet.Height}pt\" viewBox=\"0 0 {sheet.Width} {sheet.Height}\" role=\"img\"");
        string head = $"<title>{WebUtility.HtmlEncode(words.Title)}</title>\n<desc>{WebUtility.HtmlEncode(words.Description)}</desc>\n"
            + "<style>@font-face{font-family:\"DejaVu Sans\";src:url(data:font/ttf;base64,"
            + Convert.ToBase64String(sheet.Face.Bytes) + ") format(\"truetype\")}</style>\n";
        Match root = Root().Match(drawn);
        return drawn[..root.Index] + Size().Replace(root.Value, size) + "\n" + head + drawn[(root.Index + root.Length)..];
    }

    [GeneratedRegex("<svg[^>]*>")]
    private static partial Regex Root();

    [GeneratedRegex("width=\"[^\"]*\" height=\"[^\"]*\"")]
    private static partial Regex Size();
}
