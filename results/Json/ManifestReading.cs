using System.Text.Json;
using System.Text.Json.Nodes;

namespace Calibration.Results.Json;

/// <summary>Reads manifests of this schema and of those before it.</summary>
internal static class ManifestReading
{
    /// <exception cref="JsonException">The text is no manifest.</exception>
    internal static RunManifest Read(string text)
    {
        JsonObject document = JsonNode.Parse(text) as JsonObject ?? throw new JsonException("it is not a JSON object");
        int version = (int?)document["schema_version"] ?? throw new JsonException("it has no schema_version");
        if (version is < 1 or > RunManifest.CurrentSchema)
            throw new JsonException($"its schema is {version}, and this version reads 1 to {RunManifest.CurrentSchema}");
        if (version == 1)
            MoveSettings(document);
        return document.Deserialize<RunManifest>(ResultsJson.Document) ?? throw new JsonException("it is empty");
    }

    /// <summary>Schema 1 had the plan, its sampling and the label at the top, and kept all other settings as words only.</summary>
    private static void MoveSettings(JsonObject document)
    {
        JsonObject plan = document["plan"]?.DeepClone() as JsonObject ?? throw new JsonException("it has no plan");
        plan["sampling"] = document["sampling"]?.DeepClone() ?? throw new JsonException("it has no sampling");
        plan["prompt_format"] = (string?)plan["road"] == "text" ? "text" : "token_ids";
        string[] words = [.. document["arguments"]?.AsArray().Select(word => (string?)word ?? "") ?? []];
        int data = Array.IndexOf(words, "--data");
        document["settings"] = new JsonObject
        {
            ["plan"] = plan,
            ["problems"] = new JsonObject { ["data"] = data >= 0 && data + 1 < words.Length ? words[data + 1] : null },
            ["label"] = document["label"]?.DeepClone(),
            ["accept_missing"] = document["accept_missing"]?.DeepClone() ?? false,
        };
    }
}
