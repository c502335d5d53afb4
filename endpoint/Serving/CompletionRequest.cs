using System.Buffers;
using System.Text.Json;
using Calibration.Endpoint.Model;

namespace Calibration.Endpoint.Serving;

/// <summary>A request to <c>/v1/completions</c>: the fields that the embedded endpoint acts on.</summary>
internal sealed class CompletionRequest
{
    internal int[] Prompt { get; private set; } = [];

    internal string Model { get; private set; } = "";

    internal int MaxTokens { get; private set; } = 16;

    internal int MinTokens { get; private set; }

    internal bool Stream { get; private set; }

    internal bool IncludeUsage { get; private set; }

    internal bool IgnoreEos { get; private set; }

    internal bool ReturnTokenIds { get; private set; }

    internal long Seed { get; private set; }

    /// <summary>Whose request it is: draws of one user's requests for one problem belong together.</summary>
    internal string User { get; private set; } = "";

    internal string CacheSalt { get; private set; } = "";

    internal HashSet<int> StopTokenIds { get; } = [];

    internal double Temperature { get; private set; } = 1;

    internal double TopP { get; private set; } = 1;

    internal double MinP { get; private set; }

    internal int TopK { get; private set; }

    internal int? ThinkingTokenBudget { get; private set; }

    /// <exception cref="JsonException">The body is not a completion request; the message says why.</exception>
    internal static CompletionRequest Read(ReadOnlySequence<byte> body)
    {
        var request = new CompletionRequest();
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("the body is not a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            request.ReadField(name, ref reader);
        }

        return request;
    }

    private void ReadField(string name, ref Utf8JsonReader reader)
    {
        try
        {
            switch (name)
            {
                case "prompt": Prompt = ReadPrompt(ref reader); break;
                case "model": Model = reader.GetString() ?? ""; break;
                case "max_tokens": MaxTokens = reader.GetInt32(); break;
                case "min_tokens": MinTokens = reader.GetInt32(); break;
                case "stream": Stream = reader.GetBoolean(); break;
                case "ignore_eos": IgnoreEos = reader.GetBoolean(); break;
                case "return_token_ids": ReturnTokenIds = reader.GetBoolean(); break;
                case "seed": Seed = ReadSeed(ref reader); break;
                case "temperature": Temperature = reader.GetDouble(); break;
                case "top_p": TopP = reader.GetDouble(); break;
                case "min_p": MinP = reader.GetDouble(); break;
                case "top_k": TopK = reader.GetInt32(); break;
                case "thinking_token_budget":
                    ThinkingTokenBudget = reader.TokenType == JsonTokenType.Null
                    ? null : reader.GetInt32(); break;
                case "user": User = reader.GetString() ?? ""; break;
                case "cache_salt": CacheSalt = reader.GetString() ?? ""; break;
                case "stream_options": IncludeUsage = ReadIncludeUsage(ref reader); break;
                case "stop_token_ids": StopTokenIds.UnionWith(ReadIds(ref reader)); break;
                default: reader.Skip(); break;
            }
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException)
        {
            throw new JsonException($"{name} has the wrong type", name, null, null, fault);
        }
    }

    /// <summary>vLLM takes 64-bit seeds, and names the limit that one beyond them passes.</summary>
    private static long ReadSeed(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return 0;
        if (reader.TryGetInt64(out long seed))
            return seed;
        double beyond = reader.GetDouble();
        (string type, string message, string limit, long value) = beyond > 0
            ? ("less_than_equal", "less than or equal to", "le", long.MaxValue)
            : ("greater_than_equal", "greater than or equal to", "ge", long.MinValue);
        throw new JsonException(FormattableString.Invariant(
            $"\n  {{'type': '{type}', 'loc': 'body.seed', 'msg': 'Input should be {message} {value}', 'ctx': {{'{limit}': {value}}}}}"),
                "seed", null, null);
    }

    private static int[] ReadPrompt(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? [.. ByteTokenizer.Encode(reader.GetString()!)] : ReadIds(ref reader);

    private static int[] ReadIds(ref Utf8JsonReader reader)
    {
        var ids = new List<int>(1024);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            ids.Add(reader.GetInt32());
        return [.. ids];
    }

    private static bool ReadIncludeUsage(ref Utf8JsonReader reader)
    {
        using JsonDocument options = JsonDocument.ParseValue(ref reader);
        return options.RootElement.TryGetProperty("include_usage", out JsonElement include) && include.GetBoolean();
    }
}
