using System.Text.Json;

namespace Calibration.Harness.Servers;

/// <summary>Lenient reading of JSON: servers leave fields out, or send null for them.</summary>
internal static class ResponseReading
{
    /// <summary>Reads a body, or an event of a stream.</summary>
    /// <exception cref="JsonException">It is no JSON, is an error, or is not what <paramref name="read"/> expects.</exception>
    internal static T Read<T>(ReadOnlyMemory<byte> json, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            document.RootElement.RefuseError();
            return read(document.RootElement);
        }
        catch (InvalidOperationException fault)
        {
            // Half of a surrogate pair, escaped, is JSON to the parser and no text to its readers.
            throw new JsonException(fault.Message, fault);
        }
    }

    internal static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    internal static string Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    internal static int? Count(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int count) && count >= 0 ? count : null;

    internal static double? Real(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out double real) && double.IsFinite(real)
            ? real
            : null;

    /// <summary>Streams that have begun report a fault as an event, under HTTP status 200.</summary>
    /// <exception cref="JsonException">The server sent an error.</exception>
    internal static void RefuseError(this JsonElement root)
    {
        if (root.Member("error") is { } error)
            throw new JsonException(error.Text("message") is { Length: > 0 } message ? message : error.GetRawText());
    }

    /// <exception cref="JsonException">The member is there and is not a list of token ids.</exception>
    internal static int[] Ids(this JsonElement element, string name)
    {
        if (element.Member(name) is not { } list)
            return [];
        if (list.ValueKind != JsonValueKind.Array)
            throw new JsonException($"{name} is not a list of token ids");
        var ids = new int[list.GetArrayLength()];
        int next = 0;
        foreach (JsonElement id in list.EnumerateArray())
            ids[next++] = id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int value)
                ? value
                : throw new JsonException($"{name} holds {id.GetRawText()}");
        return ids;
    }
}
