using System.Text;
using System.Text.RegularExpressions;
using Calibration.Report.Figures;

namespace Calibration.Report.Page;

/// <summary>The figures with their captions.</summary>
internal static partial class FiguresHtml
{
    internal static void Append(StringBuilder html, IReadOnlyList<Figure> figures)
    {
        if (figures.Count == 0)
            return;
        html.Heading("Figures").Append("<div class=\"figures\">\n");
        string? font = null;
        foreach ((int index, Figure figure) in figures.Index())
        {
            string svg = Embedded(figure.Svg(), index), face = Font().Match(svg).Value;
            if (face.Length > 0 && face == font)
                svg = svg.Replace(face, "", StringComparison.Ordinal);
            font ??= face;
            html.Append("<figure>").Append(svg).Append("\n<figcaption><b>Figure ").Append(index + 1)
                .Append(".</b> ").Append(HtmlText.Escaped(figure.Caption)).Append("</figcaption></figure>\n");
        }

        html.Append("</div>\n");
    }

    /// <summary>
    /// The drawing without its XML header and its description, which the caption repeats; ids of two drawings must differ, and
    /// be the same whenever the page is written.
    /// </summary>
    internal static string Embedded(string figure, int index)
    {
        string svg = figure[Math.Max(0, figure.IndexOf("<svg", StringComparison.Ordinal))..];
        svg = Description().Replace(svg, "");
        List<string> ids = [.. Id().Matches(svg).Select(match => match.Groups[2].Value).Distinct()];
        svg = Id().Replace(svg, match =>
            FormattableString.Invariant($"{match.Groups[1].Value}f{index}-{ids.IndexOf(match.Groups[2].Value)}"));
        return svg.TrimEnd();
    }

    [GeneratedRegex("<desc>.*?</desc>\n?", RegexOptions.Singleline)]
    private static partial Regex Description();

    /// <summary>The font of a drawing; the page needs the same one once.</summary>
    [GeneratedRegex("<style>@font-face.*?</style>\n?", RegexOptions.Singleline)]
    private static partial Regex Font();

    [GeneratedRegex("(\\bid=\"|url\\(#|href=\"#)([\\w-]+)")]
    private static partial Regex Id();
}
