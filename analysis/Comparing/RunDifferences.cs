using System.Globalization;
using System.Text.Json;
using Calibration.Results;

namespace Calibration.Analysis.Comparing;

/// <summary>What differs between two runs beside what is to be compared: one method per condition.</summary>
internal static class RunDifferences
{
    private static readonly Func<RunManifest, RunManifest, Warning?>[] Conditions =
        [Semantics, Sampling, PromptFormats, Server, Context, Notes, Tool, Runs];

    /// <summary>The warnings, the weightier first.</summary>
    internal static IEnumerable<Warning> Of(Side before, Side after) =>
        All(before, after).OrderByDescending(warning => warning.Severity);

    /// <summary>Whether problems of one name are the same problem: the task's files are the same in both runs.</summary>
    internal static bool HaveSameProblems(RunManifest before, RunManifest after, string task)
    {
        string[] Hashes(RunManifest manifest) =>
            [.. manifest.Tasks.Where(facts => facts.Task == task).SelectMany(facts => facts.Files).Select(file => file.Sha256).Order()];
        return before.Samples == after.Samples && Hashes(before).SequenceEqual(Hashes(after), StringComparer.Ordinal);
    }

    private static IEnumerable<Warning> All(Side before, Side after)
    {
        (RunManifest old, RunManifest now) = (before.Manifest, after.Manifest);
        foreach (Func<RunManifest, RunManifest, Warning?> condition in Conditions)
        {
            if (condition(old, now) is { } warning)
                yield return warning;
        }

        foreach (TaskFacts task in now.Tasks)
        {
            if (old.Tasks.FirstOrDefault(other => other.Task == task.Task) is not { } other)
            {
                yield return new Warning(Severity.Caution, $"{task.DisplayName} was measured in the new run only and is excluded.");
                continue;
            }

            if (!HaveSameProblems(old, now, task.Task))
            {
                yield return new Warning(
                    Severity.Caution, $"{task.DisplayName}: the runs have other data files; the problems are compared as independent.");
            }

            if (!other.Budgets.SequenceEqual(task.Budgets))
                yield return new Warning(Severity.Note, $"{task.DisplayName}: the runs have other budgets; those of both are compared.");
        }

        foreach (TaskFacts task in old.Tasks.Where(task => now.Tasks.All(other => other.Task != task.Task)))
            yield return new Warning(Severity.Caution, $"{task.DisplayName} was measured in the old run only and is excluded.");
        foreach (Side side in new[] { before, after })
        {
            if (side.Fits.Incomplete is not null)
                yield return new Warning(Severity.Caution, $"{side.Manifest.Id} is incomplete.");
            if (side.Manifest.Simulated)
                yield return new Warning(Severity.Caution, $"{side.Manifest.Id} is simulated.");
        }
    }

    private static Warning? Semantics(RunManifest old, RunManifest now) =>
        Differ("what a budget means", old.Plan.Semantics, now.Plan.Semantics, Severity.Serious);

    private static Warning? Sampling(RunManifest old, RunManifest now) =>
        Differ("sampling", Text(old.Plan.Sampling), Text(now.Plan.Sampling), Severity.Caution);

    private static Warning? PromptFormats(RunManifest old, RunManifest now) =>
        Differ("prompt format", old.Plan.PromptFormat, now.Plan.PromptFormat, Severity.Caution);

    private static Warning? Server(RunManifest old, RunManifest now) => Differ(
        "server", $"{old.Endpoint.Server} {old.Endpoint.Version}".Trim(), $"{now.Endpoint.Server} {now.Endpoint.Version}".Trim(),
        Severity.Caution);

    private static Warning? Context(RunManifest old, RunManifest now) =>
        Differ("context in tokens", old.Endpoint.ContextTokens, now.Endpoint.ContextTokens, Severity.Note);

    private static Warning? Notes(RunManifest old, RunManifest now) => Differ("notes", Text(old.Notes), Text(now.Notes), Severity.Note);

    private static Warning? Tool(RunManifest old, RunManifest now) => Differ(
        "version of this tool", $"{old.Tool.Version} ({old.Tool.Commit})", $"{now.Tool.Version} ({now.Tool.Commit})", Severity.Note);

    private static Warning? Runs(RunManifest old, RunManifest now) =>
        Differ("runs of each problem", old.Plan.Runs, now.Plan.Runs, Severity.Note);

    private static Warning? Differ<T>(string what, T old, T now, Severity severity) => Equals(old, now)
        ? null
        : new Warning(
            severity, string.Create(CultureInfo.InvariantCulture, $"The runs differ in {what}: {old} in the old, {now} in the new."));

    private static string Text<T>(T value) => JsonSerializer.Serialize(value);
}
