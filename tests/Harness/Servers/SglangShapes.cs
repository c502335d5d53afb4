using System.Text;
using System.Text.Json;
using Calibration.Endpoint.Model;
using Calibration.Tests.Datasets;

namespace Calibration.Tests.Harness.Servers;

/// <summary>
/// Answers in the shapes that SGLang's sources have (SERVERS.md), over a real socket. Its model thinks 40 letters, closes, and answers 9;
/// nobody has compared it with a running SGLang.
/// </summary>
/// <param name="strictThinking">
/// Whether it was started with <c>--enable-strict-thinking</c>; without it a native budget is ignored in silence.
/// </param>
internal sealed class SglangShapes(bool strictThinking)
{
    private const int Letter = 'a';

    /// <summary>Letters that its model thinks before it closes.</summary>
    internal int NaturalLength { get; init; } = 40;

    /// <summary>Whether it lets nothing end a generation before <c>min_tokens</c>, and returns the id of what ended it.</summary>
    internal bool HeedsMinimum { get; init; } = true;

    /// <summary>Whom it says it is; vLLM's answers have the same shapes.</summary>
    internal string Owner { get; init; } = "sglang";

    /// <summary>What it ends its thinking with: its close, or an end of the turn that no profile knows.</summary>
    internal int EndId { get; init; } = ByteTokenizer.ThinkClose;

    /// <summary>Seconds that a long prompt takes it when it has not seen it before, whatever salt it comes with.</summary>
    internal double PrefillSeconds { get; init; }

    private readonly HashSet<string> _seen = [];

    internal ScriptedServer Start() => new(request => ScriptedServer.Ok(Encoding.UTF8.GetBytes(Answer(request))));

    private string Answer(ScriptedServer.Request request)
    {
        using JsonDocument? body = request.Body.Length > 0 ? JsonDocument.Parse(request.Body) : null;
        JsonElement root = body?.RootElement ?? default;
        return request.Path switch
        {
            "/v1/models" => """{"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "OWNER", "max_model_len": 8192}]}""".Replace("OWNER", Owner, StringComparison.Ordinal),
            "/server_info" => """{"version": "0.5.23"}""",
            "/tokenize" => JsonSerializer.Serialize(new { tokens = ByteTokenizer.Encode(TextOf(root)), max_model_len = 8192 }),
            "/detokenize" => JsonSerializer.Serialize(
                new { text = ByteTokenizer.Decode([.. root.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32())]) }),
            "/v1/completions" => Completion(root),
            "/v1/chat/completions" => Chat(root),
            _ => "{}",
        };
    }

    private static string TextOf(JsonElement root)
    {
        if (root.TryGetProperty("prompt", out JsonElement text))
            return text.GetString()!;
        bool thinking = root.GetProperty("chat_template_kwargs").GetProperty("enable_thinking").GetBoolean();
        return $"<|im_start|>user\n{root.GetProperty("messages")[0].GetProperty("content").GetString()}<|im_end|>\n<|im_start|>assistant\n"
            + $"{(thinking ? "" : "<think>\n\n</think>\n\n")}";
    }

    private string Completion(JsonElement root)
    {
        JsonElement prompt = root.GetProperty("prompt");
        int[] asked = prompt.ValueKind == JsonValueKind.String
            ? [.. ByteTokenizer.Encode(prompt.GetString()!)]
            : [.. prompt.EnumerateArray().Select(id => id.GetInt32())];
        if (_seen.Add(prompt.GetRawText()) && asked.Length > 500)
            Thread.Sleep(TimeSpan.FromSeconds(PrefillSeconds));
        int limit = root.GetProperty("max_tokens").GetInt32();
        int least = HeedsMinimum && root.TryGetProperty("min_tokens", out JsonElement min) ? min.GetInt32() : 0;
        bool stopsAtClose = root.TryGetProperty("stop_token_ids", out _) || root.TryGetProperty("stop", out _);
        (int[] ids, bool stopped) = Generate(asked, limit, least, stopsAtClose);
        if (stopped && !HeedsMinimum)
            ids = ids[..^1];
        var whole = new
        {
            id = "c",
            choices = new[]
            {
                new { index = 0, text = ByteTokenizer.Decode(ids), token_ids = ids, finish_reason = stopped ? "stop" : "length" },
            },
            usage = new { prompt_tokens = asked.Length, completion_tokens = ids.Length },
        };
        string json = JsonSerializer.Serialize(whole);
        return root.TryGetProperty("stream", out JsonElement stream) && stream.GetBoolean() ? $"data: {json}\n\ndata: [DONE]\n\n" : json;
    }

    private (int[] Ids, bool Stopped) Generate(int[] prompt, int limit, int least, bool stopsAtClose)
    {
        int open = Array.LastIndexOf(prompt, ByteTokenizer.ThinkOpen);
        bool thinking = Array.LastIndexOf(prompt, ByteTokenizer.ThinkClose) < open;
        int thought = prompt.Length - open - 2;
        var ids = new List<int>();
        while (ids.Count < limit)
        {
            bool ends = thinking && thought + ids.Count >= NaturalLength && ids.Count >= least;
            ids.Add(ends ? EndId : thinking ? Letter : ids.Count == 0 ? '9' : ByteTokenizer.TurnEnd);
            thinking &= !ends;
            if ((ends && (stopsAtClose || EndId != ByteTokenizer.ThinkClose)) || ids[^1] == ByteTokenizer.TurnEnd)
                return ([.. ids], true);
        }

        return ([.. ids], false);
    }

    private string Chat(JsonElement root)
    {
        int budget = root.GetProperty("custom_params").GetProperty("thinking_budget").GetInt32();
        string reasoning = new((char)Letter, strictThinking ? Math.Min(budget, NaturalLength) : NaturalLength);
        return JsonSerializer.Serialize(
            new
            {
                id = "c",
                choices = new[]
            {
                new { index = 0, message = new { role = "assistant", content = "9", reasoning_content = reasoning },
                    finish_reason = "stop" },
            }
            });
    }
}
