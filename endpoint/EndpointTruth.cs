using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Calibration.Endpoint;

/// <summary>The truth behind the embedded endpoint's answers and times, by task; a task that is not named keeps the paper's.</summary>
/// <param name="Tasks">By task name.</param>
public sealed record EndpointTruth(ImmutableSortedDictionary<string, TaskTruth> Tasks)
{
    /// <summary>The truth of prompts and tasks of which nothing is known; absent for 0.1 s and 12.5 ms per token.</summary>
    public TaskTruth? Unknown { get; init; }

    /// <summary>Reads <c>{"tasks": {"gsm8k": {"shape": "hill", "a": 0.9, "h": 220, "s": 2.5, "d": 0.04, …}}}</c>.</summary>
    /// <exception cref="InvalidDataException">The file is no truth; the message says in one sentence where and why.</exception>
    public static EndpointTruth Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
            return Read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException or FormatException)
        {
            throw new InvalidDataException($"{path}: {fault.Message}", fault);
        }
    }

    private static EndpointTruth Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("tasks", out JsonElement tasks)
            || tasks.ValueKind != JsonValueKind.Object)
            throw new FormatException("a truth must be an object with the member \"tasks\", which has one object per task.");
        if (root.EnumerateObject().FirstOrDefault(member => member.Name is not ("tasks"
            or "about")) is { Value.ValueKind: not JsonValueKind.Undefined } other)
            throw new FormatException($"\"{other.Name}\" is not a member of a truth.");
        return new EndpointTruth(tasks.EnumerateObject().ToImmutableSortedDictionary(
            task => task.Name, task => Task(task.Name, task.Value), StringComparer.Ordinal));
    }

    private static TaskTruth Task(string name, JsonElement task)
    {
        if (task.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{name}: is not an object.");
        Dictionary<string, JsonElement> members = task.EnumerateObject().ToDictionary(
            member => member.Name, member => member.Value, StringComparer.Ordinal);
        string? shape = members.Remove("shape", out JsonElement given) && given.ValueKind == JsonValueKind.String
            ? given.GetString() : null;
        if (shape is not ("exponential" or "hill"))
            throw new FormatException($"{name}: \"shape\" is \"exponential\" or \"hill\".");
        bool hill = shape == "hill";
        var defaults = new TaskTruth { A = 0, D = 0 };
        var truth = new TaskTruth
        {
            A = Number("a", 0, 1, null),
            D = Number("d", 0, 1, null),
            B = hill ? null : Number("b", double.Epsilon, 1e6, null),
            H = hill ? Number("h", double.Epsilon, 1e9, null) : null,
            S = hill ? Number("s", 1e-3, 1e3, null) : 1,
            T0Seconds = Number("t0_s", 0, 1e6, defaults.T0Seconds),
            SecondsPerToken = Number("seconds_per_token", double.Epsilon, 1e3, defaults.SecondsPerToken),
            NaturalMedianTokens = members.ContainsKey("natural_median_tokens") ? Number("natural_median_tokens", 1, 1e9, null) : null,
            NaturalSigma = Number("natural_sigma", 0, 10, defaults.NaturalSigma),
            ForcedLoss = Number("forced_loss", 0, 1, defaults.ForcedLoss),
            ForcedLossTokens = Number("forced_loss_tokens", double.Epsilon, 1e9, defaults.ForcedLossTokens),
        };
        if (members.Count > 0)
            throw new FormatException(
                $"{name}: \"{members.Keys.Order(StringComparer.Ordinal).First()}\" is not a member of "
                    + $"{(hill ? "a hill" : "an exponential")} truth.");
        return truth.A + truth.D <= 1 + 1e-12
            ? truth
            : throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"{name}: \"a\" + \"d\" is {truth.A + truth.D}, but a probability is at most 1."));

        double Number(string member, double low, double high, double? otherwise)
        {
            if (!members.Remove(member, out JsonElement value))
                return otherwise ?? throw new FormatException($"{name}: \"{member}\" is missing.");
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || !(number >= low && number <= high))
            {
                string lowest = low == double.Epsilon ? "above 0" : string.Create(CultureInfo.InvariantCulture, $"at least {low}");
                throw new FormatException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}: \"{member}\" is {value.GetRawText()}, but must be a number {lowest} and at most {high}."));
            }

            return number;
        }
    }
}
