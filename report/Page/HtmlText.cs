using System.Globalization;
using System.Net;
using System.Text;

namespace Calibration.Report.Page;

/// <summary>The page's parts; every text is escaped here.</summary>
internal static class HtmlText
{
    internal static string Escaped(string text) => WebUtility.HtmlEncode(text);

    internal static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    internal static string Integer(int value) => value.ToString(CultureInfo.InvariantCulture);

    internal static StringBuilder Heading(this StringBuilder html, string title) =>
        html.Append("<h2>").Append(Escaped(title)).Append("</h2>\n");

    internal static StringBuilder Paragraph(this StringBuilder html, string text) =>
        html.Append("<p>").Append(Escaped(text)).Append("</p>\n");

    internal static StringBuilder Warning(this StringBuilder html, string text) =>
        html.Append("<p class=\"warning\">").Append(Escaped(text)).Append("</p>\n");

    /// <summary>The first row is the table's head.</summary>
    internal static StringBuilder Table(this StringBuilder html, IEnumerable<string[]> rows)
    {
        html.Append("<table>\n");
        string cell = "th";
        foreach (string[] row in rows)
        {
            html.Append("<tr>");
            foreach (string value in row)
                html.Append('<').Append(cell).Append('>').Append(Escaped(value)).Append("</").Append(cell).Append('>');
            html.Append("</tr>\n");
            cell = "td";
        }

        return html.Append("</table>\n");
    }
}
