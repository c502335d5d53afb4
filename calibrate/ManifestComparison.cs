using System.Text.Json;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>Whether an interrupted run may go on: the same questions, put in the same way to the same model.</summary>
internal static class ManifestComparison
{
    /// <exception cref="UserFault">Something differs; the message shows what it was and what it is.</exception>
    internal static void ThrowIfDifferent(RunManifest was, RunManifest now)
    {
        // The embedded endpoint has another port at every start, and of several servers the first may be away.
        string url = now.Simulated || !was.OtherEndpoints.IsEmpty ? was.Endpoint.Url : now.Endpoint.Url;
        (string Name, object Was, object Now)[] parts =
        [
            ("endpoint", was.Endpoint, now.Endpoint with { Url = url }),
            ("profile", was.Profile, now.Profile),
            ("sampling", was.Sampling, now.Sampling),
            ("plan", PlanWithout(was, "concurrency"), PlanWithout(now, "concurrency")),
            .. was.Tasks.Select(task => ("task " + task.Task, (object)task, (object?)now.Tasks.FirstOrDefault(other => other.Task == task.Task) ?? "missing")),
        ];
        string[] differences = [.. from part in parts let before = Json(part.Was) let after = Json(part.Now) where before != after select $"{part.Name} was {before} and is {after}"];
        if (differences.Length > 0)
            throw new UserFault($"The run cannot go on, because it would mix two experiments: {string.Join("; ", differences)}.");
    }

    /// <summary>The same for the parts of one plan: they may differ in their shard, their address and their concurrency.</summary>
    internal static void ThrowIfNotParts(RunManifest first, RunManifest other) =>
        ThrowIfDifferent(AsPart(first), AsPart(other));

    private static RunManifest AsPart(RunManifest manifest) => manifest with
    {
        Endpoint = manifest.Endpoint with { Url = "" },
        Plan = PlanWithout(manifest, "shard"),
    };

    /// <summary>The plan of all parts together.</summary>
    internal static JsonElement Whole(RunManifest part)
    {
        Dictionary<string, object> plan = part.Plan.EnumerateObject().ToDictionary(member => member.Name, member => (object)member.Value);
        plan["shard"] = Harness.Shard.Whole;
        return JsonSerializer.SerializeToElement(plan, ResultsJson.Document);
    }

    private static JsonElement PlanWithout(RunManifest manifest, string name) => JsonSerializer.SerializeToElement(
        manifest.Plan.EnumerateObject().Where(member => member.Name != name).ToDictionary(member => member.Name, member => member.Value), ResultsJson.Document);

    private static string Json(object value) => JsonSerializer.Serialize(value, ResultsJson.Line);
}
