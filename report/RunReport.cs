using System.Text;
using Calibration.Report.Page;

namespace Calibration.Report;

/// <summary>A run on one page: the answer first, then everything that it rests on.</summary>
public static class RunReport
{
    private static readonly (string Heading, string Link)[] Contents =
    [
        ("Figures", "Figures"),
        ("Table I", "Table I"),
        ("Accuracy by task and budget", "Accuracy"),
        ("Allocation", "Allocation"),
        ("Stability", "Stability"),
        ("Goodness of the accuracy fits", "Goodness of fit"),
        ("Excluded trials", "Excluded trials"),
        ("How it was measured", "How it was measured"),
    ];

    /// <summary>A self-contained HTML page without requests to anywhere; every text from outside is escaped.</summary>
    /// <param name="content">What it shows.</param>
    public static string Html(PageContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var body = new StringBuilder();
        FiguresHtml.Append(body, content.Figures);
        FitsHtml.Append(body, content);
        AllocationHtml.Append(body, content.Allocation);
        FitsHtml.AppendGoodness(body, content.Fits);
        FindingsHtml.Append(body, content);
        FitsHtml.AppendTrials(body, content.Fits);
        MeasurementHtml.Append(body, content);
        string main = body.ToString();
        return PageTemplate.Filled(new Dictionary<string, string>
        {
            ["title"] = HtmlText.Escaped($"{content.Fits.Model}: {content.Fits.Run}"),
            ["model"] = HtmlText.Escaped(content.Fits.Model),
            ["answer"] = AnswerHtml.Of(content),
            ["contents"] = string.Concat(Contents.Where(entry => main.Contains(HtmlText.Id(entry.Heading), StringComparison.Ordinal))
                .Select(entry => $"<li><a href=\"#{HtmlText.Slug(entry.Heading)}\">{HtmlText.Escaped(entry.Link)}</a></li>")),
            ["body"] = main,
            ["data"] = PageData.Of(content),
        });
    }
}
