using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Calibration.Analysis;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Report.Page;

/// <summary>The page's section on when, how and on what was measured.</summary>
internal static class MeasurementHtml
{
    internal static void Append(StringBuilder html, PageContent content)
    {
        RunManifest manifest = content.Manifest;
        html.Heading("How it was measured").Pairs(Facts(content));
        html.Subheading("Data").Table(
        [
            ["Dataset", "problems", "budgets (thinking tokens)", "files (SHA-256)"],
            .. manifest.Tasks.Select(task => new[]
            {
                task.DisplayName, HtmlText.Integer(task.Items), string.Join(", ", task.Budgets.Select(HtmlText.Integer)),
                string.Join(", ", task.Files.Select(file => $"{file.Path} {file.Sha256}")),
            }),
        ],
        "Data");
        if (manifest.Tool.Packages.Count > 0)
        {
            html.Details("Versions of packages", inside => inside.Pairs(manifest.Tool.Packages.Select(package => (
                package.Key, package.Value))));
        }
    }

    private static IEnumerable<(string Word, string Text)> Facts(PageContent content)
    {
        (RunManifest manifest, RunFits fits, RunPlan plan) = (content.Manifest, content.Fits, content.Manifest.Plan);
        SamplingSettings sampling = plan.Sampling;
        yield return ("Started", manifest.CreatedUtc.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC");
        if (manifest.MeasuringS is { } took)
            yield return ("Measuring took", DurationText.Of(TimeSpan.FromSeconds(took)));
        yield return ("Command", Command(manifest.Arguments));
        yield return ("Language model", fits.Model + (manifest.Simulated ? " (simulated endpoint)" : ""));
        yield return ("Server", $"{manifest.Endpoint.Server} {manifest.Endpoint.Version}".Trim() + string.Create(
            CultureInfo.InvariantCulture,
            $", context of {manifest.Endpoint.ContextTokens:N0} tokens")
            + (manifest.OtherEndpoints.IsEmpty ? "" : $", and {manifest.OtherEndpoints.Length} further servers"));
        yield return ("Sampling", string.Create(
            CultureInfo.InvariantCulture,
            $"temperature {sampling.Temperature}, top-p {sampling.TopP}, top-k {sampling.TopK}, min-p {sampling.MinP}, seed {plan.Seed}"));
        yield return ("Budgets", plan.Semantics == BudgetSemantics.Exact
            ? "exact: thinking has exactly ℓ tokens"
            : "caps: thinking has at most ℓ tokens");
        yield return ("Runs per problem", HtmlText.Integer(plan.Runs)
            + (plan.Independent ? ", one trace per budget" : ", one trace for all budgets"));
        yield return ("Latency pass", $"{HtmlText.Integer(plan.LatencyItems)} problems per task, one request at a time");
        yield return ("Fixed cost of a request", manifest.RequestOverhead is { } overhead
            ? string.Create(CultureInfo.InvariantCulture, $"{overhead.Seconds:0.0000} s, {overhead.Subtracted:0.0000} s subtracted")
            : "not measured");
        foreach ((string word, string text) in manifest.Notes)
            yield return ("Note: " + word, text);
        ToolFacts tool = manifest.Tool;
        yield return ("Calibration", tool.Version + (tool.Commit.Length > 0 ? $", commit {tool.Commit}" : "")
            + (tool.Dirty ? " with changes" : ""));
        yield return ("Client", $"{tool.Runtime}, {tool.OperatingSystem}, {HtmlText.Integer(tool.Processors)} processors");
        yield return ("Schema of the run folder", HtmlText.Integer(manifest.SchemaVersion));
        yield return ("Hash of the rows", fits.RowsHash ?? "");
        yield return ("Hash of the fits", content.Allocation?.FitsHash ?? "");
    }

    private static string Command(ImmutableArray<string> arguments) => arguments.IsDefaultOrEmpty
        ? "calibrate"
        : "calibrate " + string.Join(' ', arguments.Select(argument =>
            argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument));
}
