using System.Text.Json;
using System.Text.Json.Nodes;
using Calibration.Results;

namespace Calibration.Calibrate.Measuring;

/// <summary>
/// Whether an interrupted run may go on, and whether runs are parts of one plan: the same questions, put in the same way to the same model.
/// </summary>
internal static class ManifestComparison
{
    private const int LongestValue = 80;
    private const int ShownDifferences = 6;

    /// <exception cref="UserFault">Something differs; the message shows what it was and what it is.</exception>
    internal static void ThrowIfDifferent(RunManifest was, RunManifest now)
    {
        // The embedded endpoint has another port at every start, and of several servers the first may be away.
        string url = now.Simulated || !was.OtherEndpoints.IsEmpty ? was.Endpoint.Url : now.Endpoint.Url;
        string[] differences =
        [
            .. from difference in Differences(was, now with { Endpoint = now.Endpoint with { Url = url } })
               group difference by difference.Part into part
               let before = string.Join(',', part.Select(field => $"\"{field.Name}\":{field.First}"))
               let after = string.Join(',', part.Select(field => $"\"{field.Name}\":{field.Second}"))
               select $"{part.Key} was {{{before}}} and is {{{after}}}",
        ];
        if (differences.Length > 0)
            throw new UserFault($"The run cannot go on, because it would mix two experiments: {Shown(differences)}.");
    }

    /// <summary>The same for the parts of one plan: they may differ in their shard, their address and their concurrency.</summary>
    internal static void ThrowIfNotParts(RunManifest first, RunManifest other)
    {
        string[] differences =
        [
            .. from field in Differences(AsPart(first), AsPart(other))
               select $"{field.Part} {field.Name} is {field.First} in the first and {field.Second} in the other",
        ];
        if (differences.Length > 0)
            throw new UserFault(
                $"{first.Id} and {other.Id} are not parts of one plan: {Shown(differences)}. "
                + "Merge only runs that were measured with the same options, except for --shard.");
    }

    private static string Shown(string[] differences) =>
        string.Join("; ", differences.Take(ShownDifferences))
        + (differences.Length > ShownDifferences ? $"; and {differences.Length - ShownDifferences} more" : "");

    /// <summary>The fields that differ; a task that is not there has no fields.</summary>
    private static IEnumerable<(string Part, string Name, string First, string Second)> Differences(RunManifest first, RunManifest second)
    {
        Dictionary<(string Part, string Name), string> left = Fields(first), right = Fields(second);
        return from field in left.Keys.Union(right.Keys)
               orderby field
               let values = (First: left.GetValueOrDefault(field, "absent"), Second: right.GetValueOrDefault(field, "absent"))
               where values.First != values.Second
               select (field.Part, field.Name, Shortened(values.First), Shortened(values.Second));
    }

    /// <summary>Every field that decides what is asked, with its value in JSON.</summary>
    private static Dictionary<(string Part, string Name), string> Fields(RunManifest manifest)
    {
        var fields = new Dictionary<(string, string), string>();
        Add("endpoint", manifest.Endpoint);
        Add("profile", manifest.Profile);

        // How many requests are in flight changes no result.
        Add("plan", manifest.Plan with { Concurrency = RunPlan.DefaultConcurrency });
        foreach (TaskFacts task in manifest.Tasks)
            Add("task " + task.Task, task);
        return fields;

        void Add(string part, object value) => Flatten(part, "", JsonSerializer.SerializeToNode(value, ResultsJson.Line));

        void Flatten(string part, string name, JsonNode? node)
        {
            if (node is not JsonObject members)
            {
                fields[(part, name)] = node?.ToJsonString(ResultsJson.Line) ?? "null";
                return;
            }

            foreach ((string member, JsonNode? value) in members)
                Flatten(part, $"{name} {member}".Trim(), value);
        }
    }

    private static string Shortened(string text) =>
        text.Length <= LongestValue ? text : $"{text[..LongestValue]}… ({text.Length} characters, hash {ShortHash.Of(text)})";

    private static RunManifest AsPart(RunManifest manifest) => manifest with
    {
        Endpoint = manifest.Endpoint with { Url = "" },
        Settings = manifest.Settings with { Plan = manifest.Plan with { Shard = Shard.Whole } },
    };
}
