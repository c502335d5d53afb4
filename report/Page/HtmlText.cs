using System.Globalization;
using System.Net;
using System.Text;

namespace Calibration.Report.Page;

/// <summary>The page's parts; every text is escaped here.</summary>
internal static class HtmlText
{
    private const int LongCell = 60;

    internal static string Escaped(string text) => WebUtility.HtmlEncode(text);

    internal static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    internal static string Integer(int value) => value.ToString(CultureInfo.InvariantCulture);

    internal static string Decimals(double value, int digits) =>
        value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    internal static StringBuilder Heading(this StringBuilder html, string title) =>
        html.Append("<h2 ").Append(Id(title)).Append('>').Append(Escaped(title)).Append("</h2>\n");

    /// <summary>The attribute by which a heading is linked to.</summary>
    internal static string Id(string title) => $"id=\"{Slug(title)}\"";

    /// <summary>Letters and digits of a heading in lower case, with hyphens between.</summary>
    internal static string Slug(string title) => string.Join(
        '-', title.ToLowerInvariant().Split([.. title.ToLowerInvariant().Where(c => !char.IsAsciiLetterOrDigit(c))],
            StringSplitOptions.RemoveEmptyEntries));

    internal static StringBuilder Subheading(this StringBuilder html, string title) =>
        html.Append("<h3>").Append(Escaped(title)).Append("</h3>\n");

    internal static StringBuilder Paragraph(this StringBuilder html, string text) =>
        html.Append("<p>").Append(Escaped(text)).Append("</p>\n");

    internal static StringBuilder Warning(this StringBuilder html, string text) =>
        html.Append("<p class=\"warning\">").Append(Escaped(text)).Append("</p>\n");

    /// <summary>
    /// A table that scrolls in itself where it is wide; the first row is its head, the first cell of each other row names it.
    /// </summary>
    /// <param name="html">The page.</param>
    /// <param name="rows">Rows of cells.</param>
    /// <param name="name">What it shows, for readers who cannot see it.</param>
    internal static StringBuilder Table(this StringBuilder html, IEnumerable<string[]> rows, string name)
    {
        html.Append("<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"").Append(Escaped(name)).Append("\"><table>\n");
        bool isHead = true;
        foreach (string[] row in rows)
        {
            html.Append(isHead ? "<thead><tr>" : "<tr>");
            for (int column = 0; column < row.Length; column++)
            {
                string tag = isHead ? "th scope=\"col\"" : column == 0 ? "th scope=\"row\"" : row[column].Length > LongCell
                    ? "td class=\"long\""
                    : "td";
                html.Append('<').Append(tag).Append('>').Append(Escaped(row[column])).Append("</").Append(tag.AsSpan(0, 2)).Append('>');
            }

            html.Append(isHead ? "</tr></thead>\n<tbody>\n" : "</tr>\n");
            isHead = false;
        }

        return html.Append("</tbody></table></div>\n");
    }

    /// <summary>Pairs of a word and what it is; a pair without a text is left out.</summary>
    internal static StringBuilder Pairs(this StringBuilder html, IEnumerable<(string Word, string Text)> pairs)
    {
        html.Append("<dl>\n");
        foreach ((string word, string text) in pairs.Where(pair => pair.Text.Length > 0))
            html.Append("<dt>").Append(Escaped(word)).Append("</dt><dd>").Append(Escaped(text)).Append("</dd>\n");
        return html.Append("</dl>\n");
    }

    /// <summary>What is folded until a reader opens it; print unfolds it.</summary>
    internal static StringBuilder Details(this StringBuilder html, string summary, Action<StringBuilder> inside)
    {
        html.Append("<details><summary>").Append(Escaped(summary)).Append("</summary>\n");
        inside(html);
        return html.Append("</details>\n");
    }
}
