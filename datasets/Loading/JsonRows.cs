using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Calibration.Datasets.Loading;

/// <summary>Rows of JSON Lines files, of JSON lists, and of BBH's own JSON files with their <c>examples</c>.</summary>
internal static partial class JsonRows
{
    /// <summary>One object per line; blank lines are skipped and not counted.</summary>
    public static List<Dictionary<string, object>> Lines(string path, byte[] content)
    {
        List<Dictionary<string, object>> rows = [];
        ReadOnlyMemory<byte> rest = WithoutMark(content);
        while (!rest.IsEmpty)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (!line.Span.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)'\r')) continue;
            using JsonDocument document = Parse(line, $"{path}, row {rows.Count}");
            rows.Add(Flatten(document.RootElement, $"{path}, row {rows.Count}"));
        }

        return rows;
    }

    /// <summary>The objects of a list, or below <c>examples</c>.</summary>
    public static List<Dictionary<string, object>> Examples(string path, byte[] content)
    {
        using JsonDocument document = Parse(WithoutMark(content), path);
        if (document.RootElement.ValueKind == JsonValueKind.Array) return All(document.RootElement);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("examples", out JsonElement examples)
            || examples.ValueKind != JsonValueKind.Array)
            throw new DatasetException(
                $"{path} has no list 'examples'; a list of rows, or "
                + $"BBH's layout {{\"examples\": [{{\"input\", \"target\"}}]}}, was expected.");
        return All(examples);

        List<Dictionary<string, object>> All(JsonElement list) =>
            [.. list.EnumerateArray().Select((example, row) => Flatten(example, $"{path}, row {row}"))];
    }

    /// <summary>One JSON object as named texts and lists of texts.</summary>
    public static Dictionary<string, object> Flatten(JsonElement element, string place)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new DatasetException($"{place} is not a JSON object; one object per row was expected.");
        Dictionary<string, object> values = new(StringComparer.Ordinal);
        Add(values, "", element);
        return values;
    }

    private static void Add(Dictionary<string, object> values, string prefix, JsonElement element)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = prefix + property.Name;
            switch (property.Value.ValueKind)
            {
                case JsonValueKind.Object:
                    Add(values, name + ".", property.Value);
                    break;
                case JsonValueKind.Array:
                    values[name] = property.Value.EnumerateArray().Select(Scalar).ToImmutableArray();
                    break;
                case JsonValueKind.Null:
                    break;
                default:
                    values[name] = Scalar(property.Value);
                    break;
            }
        }
    }

    /// <summary>A text, or the JSON of another value.</summary>
    internal static string Scalar(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String) return element.GetRawText();
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, as other software writes for a text that was cut inside a character.
            return JsonSerializer.Deserialize<string>(HalfCharacter().Replace(element.GetRawText(), @"\ufffd"))!;
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> json, string place)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException error)
        {
            throw new DatasetException($"{place} is not valid JSON ({error.Message}); fix the file, or pull it again.", error);
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(byte[] content) =>
        content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsMemory(3) : content;

    [GeneratedRegex(@"(?<=(?<!\\)(?:\\\\)*)(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})")]
    private static partial Regex HalfCharacter();
}
