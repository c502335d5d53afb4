using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calibration.Results.Json;

/// <summary>
/// Names that many rows share, such as a problem's id: one string for all rows, so that what is kept of a million rows' keys is
/// references.
/// </summary>
internal sealed class InternedTextConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? string.Intern(reader.GetString()!) : throw new JsonException("a name is not a text");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
