using System.Text.Json;
using System.Text.Json.Nodes;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>Whether an interrupted run may go on, and whether runs are parts of one plan: the same questions, put in the same way to the same model.</summary>
internal static class ManifestComparison
{
    private const int LongestValue = 80;
    private const int ShownDifferences = 6;

    /// <exception cref="UserFault">Something differs; the message shows what it was and what it is.</exception>
    internal static void ThrowIfDifferent(RunManifest was, RunManifest now)
    {
        // The embedded endpoint has another port at every start, and of several servers the first may be away.
        string url = now.Simulated || !was.OtherEndpoints.IsEmpty ? was.Endpoint.Url : now.Endpoint.Url;
        string[] differences = [.. Differences(was, now with { Endpoint = now.Endpoint with { Url = url } })];
        if (differences.Length > 0)
            throw new UserFault($"The run cannot go on, because it would mix two experiments: {Shown(differences)}.");
    }

    /// <summary>The same for the parts of one plan: they may differ in their shard, their address and their concurrency.</summary>
    internal static void ThrowIfNotParts(RunManifest first, RunManifest other)
    {
        string[] differences = [.. Differences(AsPart(first), AsPart(other), asParts: true)];
        if (differences.Length > 0)
            throw new UserFault($"{first.Id} and {other.Id} are not parts of one plan: {Shown(differences)}. Merge only parts that were measured with the same options, but for --shard.");
    }

    private static IEnumerable<string> Differences(RunManifest was, RunManifest now, bool asParts = false)
    {
        SortedDictionary<string, string> before = Fields(was), after = Fields(now);
        foreach (string field in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
        {
            string left = before.GetValueOrDefault(field, "absent"), right = after.GetValueOrDefault(field, "absent");
            if (left != right)
                yield return asParts ? $"{field} is {left} in the first and {right} in the other" : $"{field} was {left} and is {right}";
        }
    }

    private static string Shown(string[] differences) =>
        string.Join("; ", differences.Take(ShownDifferences)) + (differences.Length > ShownDifferences ? $"; and {differences.Length - ShownDifferences} more" : "");

    /// <summary>Every field that decides what is asked, with its value; a task that is not there has no fields.</summary>
    private static SortedDictionary<string, string> Fields(RunManifest manifest)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add("endpoint", manifest.Endpoint);
        Add("profile", manifest.Profile);
        Add("sampling", manifest.Sampling);
        Add("plan", manifest.Plan);
        foreach (TaskFacts task in manifest.Tasks)
            Add("task " + task.Task, task);
        return fields;

        void Add(string name, object part) => Flatten(name, JsonSerializer.SerializeToNode(part, ResultsJson.Line));

        void Flatten(string name, JsonNode? node)
        {
            if (node is JsonObject members)
            {
                foreach ((string member, JsonNode? value) in members)
                    Flatten($"{name} {member}", value);
                return;
            }

            string text = node?.ToJsonString(ResultsJson.Line) ?? "null";
            fields[name] = text.Length <= LongestValue ? text : $"{text[..LongestValue]}… ({text.Length} characters, hash {ShortHash.Of(text)})";
        }
    }

    private static RunManifest AsPart(RunManifest manifest) => manifest with
    {
        Endpoint = manifest.Endpoint with { Url = "" },
        Plan = JsonSerializer.SerializeToElement(
            manifest.Plan.EnumerateObject().Where(member => member.Name is not ("shard" or "concurrency")).ToDictionary(member => member.Name, member => member.Value), ResultsJson.Document),
    };
}
