using ScottPlot;
using SkiaSharp;

namespace Calibration.Report.Drawing;

/// <summary>
/// The bundled font. A subset (Latin, Greek, signs) is enough for most figures and keeps files small; a figure whose texts need another
/// character gets the full font.
/// </summary>
internal sealed class FigureFont : IFontResolver
{
    private const string SubsetName = "DejaVu Sans";
    private const string FullName = "DejaVu Sans (full)";

    private static readonly Lock Loading = new();
    private static FigureFont? _resolver;

    private readonly Lazy<Face> _subset = new(() => new Face(SubsetName, "DejaVuSans-subset.ttf"));
    private readonly Lazy<Face> _full = new(() => new Face(FullName, "DejaVuSans.ttf"));

    private FigureFont()
    {
    }

    /// <summary>The smallest face that has every character of the texts that the full one has.</summary>
    internal static Face For(IEnumerable<string> texts)
    {
        FigureFont fonts = Registered();
        int[] characters = [.. texts.SelectMany(text => text.EnumerateRunes()).Select(rune => rune.Value).Distinct()];
        return characters.All(fonts._subset.Value.Has) || !characters.Any(character => !fonts._subset.Value.Has(character)
            && fonts._full.Value.Has(character))
            ? fonts._subset.Value
            : fonts._full.Value;
    }

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => fontName switch
    {
        SubsetName => _subset.Value.Typeface,
        FullName => _full.Value.Typeface,
        _ => null,
    };

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        CreateTypeface(fontName, FontWeight.Normal, FontSlant.Upright, FontSpacing.Normal);

    private static FigureFont Registered()
    {
        lock (Loading)
        {
            if (_resolver is null)
            {
                _resolver = new FigureFont();
                ScottPlot.Fonts.FontResolvers.Insert(0, _resolver);
            }

            return _resolver;
        }
    }

    /// <summary>One font file: the name by which ScottPlot asks for it, its bytes, and its glyphs.</summary>
    internal sealed class Face
    {
        internal Face(string name, string resource)
        {
            Name = name;
            using Stream stream = typeof(FigureFont).Assembly.GetManifestResourceStream(resource)!;
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            Bytes = bytes.ToArray();
            using SKData data = SKData.CreateCopy(Bytes);
            Typeface = SKTypeface.FromData(data);
        }

        internal string Name { get; }

        internal byte[] Bytes { get; }

        internal SKTypeface Typeface { get; }

        internal bool Has(int character) => Typeface.GetGlyph(character) != 0;

        /// <summary>Width of a text at the one size of figures, in points.</summary>
        internal float Width(string text)
        {
            using SKFont font = NewFont();
            return font.MeasureText(text);
        }

        /// <summary>The font at the one size of figures, with its own widths: none is rounded to the pixels of a screen.</summary>
        internal SKFont NewFont() => new(Typeface, FigureStyle.TextSize)
        {
            Subpixel = true,
            LinearMetrics = true,
            Hinting = SKFontHinting.None,
            Edging = SKFontEdging.Antialias,
        };
    }
}
