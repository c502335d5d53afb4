using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Calibration.Report.Drawing;
using SkiaSharp;

namespace Calibration.Tests.Report.Figures;

/// <summary>A figure as its SVG file has it: its size, and its texts with their places, in points.</summary>
internal sealed partial class FigurePage
{
    private const float CapShare = 0.73f;
    private const float DescentShare = 0.2f;

    private FigurePage(XElement root)
    {
        string[] box = root.Attribute("viewBox")!.Value.Split(' ');
        (Width, Height) = (Number(box[2]), Number(box[3]));
        Root = root;
        Texts = [.. root.Descendants().Where(element => element.Name.LocalName == "text").Select(TextOf)];
    }

    internal XElement Root { get; }

    internal float Width { get; }

    internal float Height { get; }

    internal IReadOnlyList<(string Text, float Size, SKRect Box)> Texts { get; }

    internal static FigurePage Read(string file) => new(XDocument.Load(file).Root!);

    /// <summary>Everything that breaks a rule of the figures.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach ((string text, float size, SKRect box) in Texts)
        {
            if (size < 8)
                yield return $"\"{text}\" is set in {size} points";
            if (box.Left < -0.1 || box.Top < -0.1 || box.Right > Width + 0.1 || box.Bottom > Height + 0.1)
                yield return $"\"{text}\" leaves the frame: {box}";
        }

        for (int i = 0; i < Texts.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (Texts[i].Box.IntersectsWith(Texts[j].Box))
                    yield return $"\"{Texts[i].Text}\" overlaps \"{Texts[j].Text}\"";
            }
        }

        foreach (XElement path in Root.Descendants().Where(element => element.Name.LocalName == "path"))
        {
            float[] numbers = [.. Numbers().Matches(path.Attribute("d")!.Value).Select(match => Number(match.Value))];
            if (numbers.Length == 0)
                yield return "a path has no line: something that was drawn is not there";
            for (int i = 0; i + 1 < numbers.Length && !path.Attribute("d")!.Value.AsSpan().ContainsAny('H', 'V', 'A'); i += 2)
            {
                if (numbers[i] < -1 || numbers[i] > Width + 1 || numbers[i + 1] < -1 || numbers[i + 1] > Height + 1)
                    yield return $"a line leaves the frame at {numbers[i]}, {numbers[i + 1]}";
            }
        }
    }

    /// <summary>Share of the height above the uppermost axes.</summary>
    internal float LegendShare => Root.Descendants().Where(element => element.Name.LocalName == "clipPath")
        .Select(clip => Number(clip.Elements().First().Attribute("y")?.Value ?? "0")).Min() / Height;

    private static (string Text, float Size, SKRect Box) TextOf(XElement element)
    {
        string text = Spaces().Replace(element.Value, " ").Trim();
        float size = Number(element.Attribute("font-size")!.Value);
        float x = First(element.Attribute("x")), y = First(element.Attribute("y"));
        SKRect box = SKRect.Create(x, y - (CapShare * size), FigureFont.For([text]).Width(text), (CapShare + DescentShare) * size);
        foreach (XElement owner in element.AncestorsAndSelf())
        {
            if (owner.Attribute("transform") is { } transform)
            {
                float[] m = [.. Numbers().Matches(transform.Value).Select(match => Number(match.Value))];
                box = m.Length == 6 ? new SKMatrix(m[0], m[2], m[4], m[1], m[3], m[5], 0, 0, 1).MapRect(box) : SKRect.Create(
                    box.Left + m[0], box.Top + m[1], box.Width, box.Height);
            }
        }

        return (text, size, box);
    }

    /// <summary>SVG gives a place for each character.</summary>
    private static float First(XAttribute? places) => Number(places?.Value.Split(',')[0] ?? "0");

    private static float Number(string text) => float.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"-?\d*\.?\d+(?:e-?\d+)?")]
    private static partial Regex Numbers();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
