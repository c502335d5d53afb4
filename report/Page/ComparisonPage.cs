using System.Text;

namespace Calibration.Report.Page;

/// <summary>One self-contained page about several runs: the answer, sentences, a figure, tables.</summary>
internal static class ComparisonPage
{
    private const string Style =
        ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:62em;margin:1.5em auto;padding:0 1em}"
        + ".table{overflow-x:auto}table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #8888;padding:.25em .6em;"
        + "text-align:left;white-space:nowrap}svg{width:100%;min-width:34em;height:auto;background:#fff}.answer{font-size:1.2em}"
        + ".warning{border-left:.3em solid #c60;padding:.1em .6em;margin:.4em 0}";

    /// <summary>The page up to its answer.</summary>
    internal static StringBuilder Begin(string title, string answer) =>
        new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>")
            .Append(HtmlText.Escaped(title)).Append("</title>\n<style>").Append(Style).Append("</style></head><body>\n<h1>")
            .Append(HtmlText.Escaped(title)).Append("</h1>\n<p class=\"answer\">").Append(HtmlText.Escaped(answer)).Append("</p>\n");

    /// <summary>A figure from its SVG.</summary>
    internal static StringBuilder Figure(this StringBuilder html, string svg) =>
        html.Append("<div class=\"table\">").Append(svg[Math.Max(0, svg.IndexOf("<svg", StringComparison.Ordinal))..])
            .Append("</div>\n");

    /// <summary>The complete page.</summary>
    internal static string End(StringBuilder html) => html.Append("</body></html>\n").ToString();
}
