using System.Collections.Immutable;
using System.Text.Json;

namespace Calibration.Harness.Models;

/// <summary>
/// A model's profile as a JSON object, with the names under which the manifest stores it. <c>name</c>, <c>open</c> and <c>close_token</c>
/// are required; other missing fields are as in <see cref="ModelProfile.Qwen3"/>.
/// </summary>
public static class ProfileFile
{
    private static readonly ImmutableArray<string> Fields =
        ["name", "open", "close_token", "before_close", "after_close", "continuation_cue", "no_thinking", "delimiters_are_text",
            "turn_ends"];

    /// <summary>Reads a profile, or every fault of the file, each in one sentence.</summary>
    /// <param name="json">The file's content.</param>
    /// <returns>The profile where there is no fault, and null otherwise.</returns>
    public static (ModelProfile? Profile, ImmutableArray<string> Faults) Read(string json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException fault)
        {
            return (null, [$"It is not JSON: {fault.Message}"]);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return (null, ["It is not a JSON object with a profile's fields."]);
            var faults = ImmutableArray.CreateBuilder<string>();
            ModelProfile profile = ProfileOf(document.RootElement, faults);
            if (faults.Count == 0)
                faults.AddRange(FaultsOf(profile));
            return faults.Count == 0 ? (profile, []) : (null, faults.ToImmutable());
        }
    }

    private static ModelProfile ProfileOf(JsonElement root, ImmutableArray<string>.Builder faults)
    {
        foreach (JsonProperty field in root.EnumerateObject().Where(field => !Fields.Contains(field.Name)))
            faults.Add($"It has an unknown field {field.Name}; the known ones are {string.Join(", ", Fields)}.");
        ModelProfile usual = ModelProfile.Qwen3;
        return usual with
        {
            Name = Text("name") ?? Missing("name"),
            Open = Text("open") ?? Missing("open"),
            CloseToken = Text("close_token") ?? Missing("close_token"),
            BeforeClose = Text("before_close") ?? usual.BeforeClose,
            AfterClose = Text("after_close") ?? usual.AfterClose,
            ContinuationCue = Text("continuation_cue") ?? usual.ContinuationCue,
            NoThinking = Text("no_thinking"),
            DelimitersAreText = Truth("delimiters_are_text"),
            TurnEnds = Texts("turn_ends") ?? usual.TurnEnds,
        };

        string Missing(string name)
        {
            if (!root.TryGetProperty(name, out _))
                faults.Add($"It has no {name}, which every profile needs.");
            return "";
        }

        string? Text(string name)
        {
            if (!root.TryGetProperty(name, out JsonElement value))
                return null;
            if (value.ValueKind == JsonValueKind.String)
                return value.GetString();
            faults.Add($"Its {name} is {value.GetRawText()}: give a text in quotes.");
            return null;
        }

        bool Truth(string name)
        {
            if (!root.TryGetProperty(name, out JsonElement value))
                return false;
            if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                faults.Add($"Its {name} is {value.GetRawText()}: give true or false.");
            return value.ValueKind == JsonValueKind.True;
        }

        ImmutableArray<string>? Texts(string name)
        {
            if (!root.TryGetProperty(name, out JsonElement value))
                return null;
            if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
                return [.. value.EnumerateArray().Select(item => item.GetString()!)];
            faults.Add($"Its {name} is {value.GetRawText()}: give a list of texts.");
            return null;
        }
    }

    private static IEnumerable<string> FaultsOf(ModelProfile profile)
    {
        if (profile.Name.Length == 0 || !profile.Name.All(symbol => char.IsAsciiLetterOrDigit(symbol) || symbol is '.' or '-'))
            yield return $"Its name is \"{profile.Name}\": give letters, digits, dots and dashes.";
        if (ModelProfile.All.Any(known => known.Name == profile.Name))
            yield return $"Its name is {profile.Name}, which is the name of a built-in profile: give another name.";
        if (profile.Open.Length == 0)
            yield return "Its open is empty: give the text that opens thinking.";
        if (profile.CloseToken.Length == 0)
            yield return "Its close_token is empty: give the token that ends thinking.";
        else if (profile.Open.Contains(profile.CloseToken, StringComparison.Ordinal))
            yield return "Its open contains its close_token: thinking would end before it begins.";
        if (profile.ContinuationCue.Trim().Length == 0)
            yield return "Its continuation_cue is empty: give words that make the model continue its thinking.";
        else if (profile.CloseToken.Length > 0 && profile.ContinuationCue.Contains(profile.CloseToken, StringComparison.Ordinal))
            yield return "Its continuation_cue contains its close_token: it would end the thinking instead of lengthening it.";
        if (profile.Open.TrimEnd().Length > 0 && profile.CloseToken.Length > 0 && profile.NoThinking is { } form
            && form.Contains(profile.Open.TrimEnd(), StringComparison.Ordinal)
            && !form.Contains(profile.CloseToken, StringComparison.Ordinal))
            yield return "Its no_thinking opens thinking but does not end it: add the close_token.";
        if (profile.TurnEnds.IsEmpty || profile.TurnEnds.Any(text => text.Length == 0))
            yield return "Its turn_ends are empty or contain an empty text: name the tokens that end the model's turn.";
    }
}
