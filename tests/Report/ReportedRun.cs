using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Harness;
using Xunit;

namespace Calibration.Tests.Report;

/// <summary>A run by the real command: its rows, its report, and what it logged.</summary>
internal sealed partial record ReportedRun(MeasuredRun Rows, string Html, string Log)
{
    internal static async Task<ReportedRun> OfAsync(params string[] arguments)
    {
        string root = Directory.CreateTempSubdirectory("calibration-").FullName;
        try
        {
            CommandRun run = await CommandRun.OfAsync(["run", "--out", root, .. arguments]);
            Assert.True(run.ExitCode == 0, run.Error);
            string folder = Assert.Single(Directory.GetDirectories(root));
            return new ReportedRun(
                await MeasuredRun.ReadAsync(folder), await File.ReadAllTextAsync(Path.Combine(folder, "report.html")), run.Error);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>The section under a heading, up to the next.</summary>
    internal string Section(string heading)
    {
        int start = Html.IndexOf($">{heading}</h2>", StringComparison.Ordinal);
        Assert.True(start >= 0, $"There is no section {heading}.");
        int end = Html.IndexOf("<h2", start, StringComparison.Ordinal);
        return Html[start..(end < 0 ? Html.Length : end)];
    }

    /// <summary>The cells of a section's table, its head left out.</summary>
    internal string[][] Table(string heading) =>
        [.. Row().Matches(Section(heading)).Skip(1).Select(row =>
            Cell().Matches(row.Value).Select(cell => WebUtility.HtmlDecode(cell.Groups[1].Value)).ToArray())];

    /// <summary>A share as the report writes it: its successes and its count.</summary>
    internal static (int Successes, int Count) Share(string cell)
    {
        if (cell == "–")
            return (0, 0);
        Match match = Counts().Match(cell);
        Assert.True(match.Success, cell);
        return (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(
            match.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("<tr>.*?</tr>")]
    private static partial Regex Row();

    [GeneratedRegex("<t[dh][^>]*>(.*?)</t[dh]>")]
    private static partial Regex Cell();

    [GeneratedRegex(@"^[01]\.\d{3} \[[01]\.\d{3}, [01]\.\d{3}\], (\d+) of (\d+)$")]
    private static partial Regex Counts();
}
