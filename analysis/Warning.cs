using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calibration.Analysis;

/// <summary>How much a warning matters.</summary>
public enum Severity
{
    /// <summary>A reader should know it; the decision stands.</summary>
    Note,

    /// <summary>Numbers may be off by more than their intervals say.</summary>
    Caution,

    /// <summary>The decision may be wrong.</summary>
    Serious,
}

/// <summary>What a reader must know before using the numbers.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Text">One or two sentences.</param>
[JsonConverter(typeof(WarningConverter))]
public sealed record Warning(Severity Severity, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>Reads warnings of schema 1 too, which were texts alone.</summary>
internal sealed class WarningConverter : JsonConverter<Warning>
{
    public override Warning? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new Warning(Severity.Caution, reader.GetString()!);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.TryGetProperty("severity", out JsonElement severity)
            && Enum.TryParse(severity.GetString(), out Severity known)
            && document.RootElement.TryGetProperty("text", out JsonElement text)
            ? new Warning(known, text.GetString()!)
            : throw new JsonException("a warning has no severity or no text");
    }

    public override void Write(Utf8JsonWriter writer, Warning value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("severity", value.Severity.ToString());
        writer.WriteString("text", value.Text);
        writer.WriteEndObject();
    }
}
