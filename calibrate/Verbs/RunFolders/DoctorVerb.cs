using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Calibration.Analysis;
using Calibration.Analysis.Diagnosing;
using Calibration.Calibrate.Display;
using Calibration.Calibrate.Output;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs.RunFolders;

/// <summary><c>doctor</c>: what is wrong with a run folder, what repairs it, and a file for a bug report.</summary>
internal sealed partial class DoctorVerb(TextWriter output)
{
    /// <summary>Lines of the log that go into the bug report.</summary>
    private const int LogLines = 200;

    /// <summary>A server's words may quote what it was asked: only their beginning is kept.</summary>
    private const int ReasonLength = 160;

    private readonly Argument<string> _run = new("run") { Description = "A run folder." };

    private readonly Option<string?> _report = new("--report")
    {
        Description = "The file for a bug report. Default: bug-report-RUN.json in the current folder.",
        HelpName = "FILE",
    };

    internal Command Command()
    {
        var command = new Command(
            "doctor",
            "Check a run folder and change nothing in it: files, journals, missing trials, suspect service times, outdated fits. Say how "
            + "to repair each, and write a file for a bug report into the current folder, without keys, addresses, questions or answers.")
        {
            _run, _report,
        };
        command.SetAction(async (parsed, cancelled) =>
        {
            RunFolder folder = RunFolder.Open(parsed.GetValue(_run)!);
            RunDiagnosis diagnosis = await DiagnoseAsync(folder, cancelled);
            await WriteAsync(folder, diagnosis);
            string report = parsed.GetValue(_report) ?? $"bug-report-{folder.Id}.json";
            await AtomicFile.WriteTextAsync(report, ReportOf(folder, diagnosis).ToJsonString(ResultsJson.Document) + "\n");
            await output.WriteLineAsync($"\nFor a bug report, without keys, addresses, questions or answers: {report}");
            return diagnosis.Symptoms.Any(symptom => symptom.Severity == Severity.Serious) ? ExitCodes.Failed : 0;
        });
        return command;
    }

    /// <summary>What is wrong with the rows, and whether fits and allocation belong to them.</summary>
    private static async Task<RunDiagnosis> DiagnoseAsync(RunFolder folder, CancellationToken cancellationToken)
    {
        RunDiagnosis diagnosis = await RunDiagnosis.OfAsync(folder, cancellationToken);
        if (!diagnosis.IsReadable || !File.Exists(folder.In("fits.json")))
            return diagnosis;
        try
        {
            await RunAnalysis.CheckRowsAsync(folder, RunAnalysis.ReadFits(folder), cancellationToken);
            if (File.Exists(folder.In("allocation.json")))
                RunAnalysis.Read(new PointFolder(folder, ""));
            return diagnosis;
        }
        catch (Exception fault) when (fault is AnalysisException or InvalidDataException)
        {
            var stale = new Symptom(
                Severity.Caution, fault.Message, $"calibrate fit {folder.Path}, then calibrate allocate {folder.Path}");
            return diagnosis with { Symptoms = [.. diagnosis.Symptoms.Append(stale).OrderByDescending(symptom => symptom.Severity)] };
        }
    }

    private async Task WriteAsync(RunFolder folder, RunDiagnosis diagnosis)
    {
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{folder.Path}: measuring {(diagnosis.HasEnded ? "has ended" : "has not ended")}; {diagnosis.Trials:N0} trials, "
                + $"{diagnosis.ServiceTimes:N0} service times, {diagnosis.Traces:N0} traces."));
        foreach (Symptom symptom in diagnosis.Symptoms)
        {
            await output.WriteLineAsync($"{symptom.Severity}: {symptom.Text}");
            if (symptom.Remedy.Length > 0)
                await output.WriteLineAsync($"  Repair: {symptom.Remedy}");
        }

        if (diagnosis.Symptoms.IsEmpty)
            await output.WriteLineAsync("Nothing is wrong.");
    }

    /// <summary>What a maintainer needs, and nothing that a user would not show.</summary>
    private static JsonObject ReportOf(RunFolder folder, RunDiagnosis diagnosis) => new()
    {
        ["tool"] = JsonSerializer.SerializeToNode(ToolDescription.Read(), ResultsJson.Document),
        ["manifest"] = ManifestOf(folder),
        ["diagnosis"] = JsonSerializer.SerializeToNode(
            diagnosis with
            {
                Statuses = [.. diagnosis.Statuses.Select(count => count with { Reason = Cleaned(count.Reason) })],
                Symptoms = [.. diagnosis.Symptoms.Select(symptom => symptom with { Text = Cleaned(symptom.Text) })],
            },
            ResultsJson.Document),
        ["log"] = LogOf(folder),
    };

    /// <summary>The manifest without the user's own words and addresses.</summary>
    private static JsonNode? ManifestOf(RunFolder folder)
    {
        try
        {
            var manifest = (JsonObject)JsonNode.Parse(File.ReadAllText(folder.ManifestPath))!;
            foreach (string own in (string[])["arguments", "notes", "other_endpoints"])
                manifest.Remove(own);
            return JsonNode.Parse(Address().Replace(manifest.ToJsonString(), "http://host"));
        }
        catch (Exception fault) when (fault is JsonException or InvalidCastException)
        {
            return null;
        }
    }

    private static JsonArray LogOf(RunFolder folder)
    {
        string path = folder.In(EventLog.FileName);
        return File.Exists(path)
            ? new JsonArray([.. File.ReadLines(path).TakeLast(LogLines).Select(line => (JsonNode?)Address().Replace(line, "http://host"))])
            : [];
    }

    private static string Cleaned(string text)
    {
        string shown = Address().Replace(text, "http://host");
        return shown.Length > ReasonLength ? shown[..ReasonLength] + "…" : shown;
    }

    [GeneratedRegex("""https?://[^/\s"\\,;)]+""")]
    private static partial Regex Address();
}
