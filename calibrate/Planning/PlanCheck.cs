using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Calibration.Calibrate.Settings;

namespace Calibration.Calibrate.Planning;

/// <summary>
/// Whether a JSON text has only known fields, each with a value of its kind; the first fault is said in one sentence with its line and
/// field. Values are not repeated, because one may be a secret that was written in the wrong place.
/// </summary>
internal sealed class PlanCheck
{
    private readonly JsonSerializerOptions _format;
    private readonly string _name;
    private readonly byte[] _text;

    private PlanCheck(byte[] text, JsonSerializerOptions format, string name) => (_text, _format, _name) = (text, format, name);

    /// <exception cref="UserFault">The text is wrong; the message says where and what to do.</exception>
    internal static void ThrowIfWrong(ReadOnlySpan<byte> text, JsonSerializerOptions format, string name)
    {
        var check = new PlanCheck(text.ToArray(), format, name);
        var reader = new Utf8JsonReader(
            text, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw check.Fault(reader, "a plan is a JSON object: begin with { and end with }");
            check.Value(ref reader, typeof(Results.RunSettings), "");
            while (reader.Read())
            {
            }
        }
        catch (JsonException fault)
        {
            string reason = fault.Message.Split(" LineNumber:", StringSplitOptions.None)[0].Split(" Path:")[0].TrimEnd('.', ' ');
            throw new UserFault($"{name}, line {fault.LineNumber + 1}: this is not JSON. {reason}.");
        }
    }

    private void Value(ref Utf8JsonReader reader, Type type, string path)
    {
        Type bare = Nullable.GetUnderlyingType(type) ?? type;
        JsonTypeInfo info = _format.GetTypeInfo(bare);
        if (info.Kind == JsonTypeInfoKind.Object && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                Member(ref reader, info, path);
        }
        else if (info.Kind == JsonTypeInfoKind.Enumerable && reader.TokenType == JsonTokenType.StartArray)
        {
            for (int index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
                Value(ref reader, info.ElementType!, FormattableString.Invariant($"{path}[{index}]"));
        }
        else
        {
            Leaf(ref reader, bare, path);
        }
    }

    private void Member(ref Utf8JsonReader reader, JsonTypeInfo info, string path)
    {
        string name = reader.GetString()!, place = path.Length == 0 ? name : $"{path}.{name}";
        if (info.Properties.FirstOrDefault(property => property.Name == name) is not { } member)
        {
            string[] known = [.. info.Properties.Select(property => property.Name)];
            string question = Nearest.Question(name, known);
            string all = question == "." ? $"; the fields here are {string.Join(", ", known.Where(field => field[0] != '$'))}." : question;
            throw new UserFault($"{_name}, line {LineOf(reader)}: a plan has no field {place}{all}");
        }

        reader.Read();
        Value(ref reader, member.PropertyType, place);
    }

    private void Leaf(ref Utf8JsonReader reader, Type type, string path)
    {
        Utf8JsonReader at = reader;
        try
        {
            if (reader.TokenType == JsonTokenType.Null || (type.IsEnum && reader.TokenType != JsonTokenType.String))
                throw new JsonException();
            _ = JsonSerializer.Deserialize(ref reader, type, _format);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw Fault(at, $"{path} must be {Kind(type)}");
        }
    }

    private string Kind(Type type)
    {
        if (type.IsEnum)
            return string.Join(" or ", Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.Serialize(value, type, _format)));
        return _format.GetTypeInfo(type).Kind switch
        {
            JsonTypeInfoKind.Object => "an object in braces { }",
            JsonTypeInfoKind.Enumerable => "a list in brackets [ ]",
            JsonTypeInfoKind.Dictionary => "an object of names and numbers, such as { \"gsm8k\": 0.5 }",
            _ => type == typeof(int) ? "a whole number"
                : type == typeof(double) ? "a number"
                : type == typeof(bool) ? "true or false"
                : "a text",
        };
    }

    private UserFault Fault(Utf8JsonReader reader, string reason) => new($"{_name}, line {LineOf(reader)}: {reason}.");

    private int LineOf(Utf8JsonReader reader) => 1 + _text.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n');
}
