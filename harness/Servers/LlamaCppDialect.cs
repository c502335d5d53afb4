using System.Buffers;
using System.Text.Json;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Servers;

/// <summary>
/// llama.cpp's server (seen: b11669): its own <c>/completion</c>, because <c>/v1/completions</c> returns no token ids; the end-of-thinking
/// token is masked by logit bias.
/// </summary>
internal sealed class LlamaCppDialect(EndpointClient client, EndpointFacts facts) : IServerDialect
{
    public EndpointFacts Facts => facts;

    public bool HoldsBackIds => true;

    public bool NeedsUniquePrefix => false;

    public bool MasksEndsWithStopText => true;

    public string Caveat => "";

    public ServerThinkingBudget? ThinkingBudget { get; } =
        new("llama.cpp thinking_budget_tokens (chat)", true, (json, budget) => json.WriteNumber("thinking_budget_tokens", budget));

    public Uri GenerationUri { get; } = new(client.Root, "completion");

    public Task<int[]> TokenizeAsync(string text, CancellationToken cancellationToken) =>
        TokenizeAsync(text, addSpecial: false, cancellationToken);

    private Task<int[]> TokenizeAsync(string text, bool addSpecial, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("content", text);
            json.WriteBoolean("add_special", addSpecial);
            json.WriteBoolean("parse_special", true);
            json.WriteEndObject();
        }

        return Tokens.AskAsync(client, new Uri(client.Root, "tokenize"), body.WrittenMemory, cancellationToken);
    }

    public async Task<int[]?> RenderChatAsync(string userMessage, bool thinking, CancellationToken cancellationToken) =>
        await RenderChatTextAsync(userMessage, thinking, cancellationToken) is { } prompt

            // If the tokenizer starts every text with a special token, llama.cpp removes it from the template: it must be added again.
            ? await TokenizeAsync(prompt, addSpecial: true, cancellationToken)
            : null;

    public async Task<string?> RenderChatTextAsync(string userMessage, bool thinking, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("messages");
            json.WriteStartObject();
            json.WriteString("role", "user");
            json.WriteString("content", userMessage);
            json.WriteEndObject();
            json.WriteEndArray();
            RequestWriting.WriteThinkingSwitch(json, thinking);
            json.WriteEndObject();
        }

        var uri = new Uri(client.Root, "apply-template");
        try
        {
            return await Tokens.TextAsync(client, uri, body.WrittenMemory, "prompt", cancellationToken);
        }
        catch (EndpointException fault) when (fault.Status == 404)
        {
            return null;
        }
    }

    public Task<string> DetokenizeAsync(ReadOnlyMemory<int> ids, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            RequestWriting.WriteIds(json, "tokens", ids);
            json.WriteEndObject();
        }

        return Tokens.TextAsync(client, new Uri(client.Root, "detokenize"), body.WrittenMemory, "content", cancellationToken);
    }

    public async Task<ServerLoad?> LoadAsync(CancellationToken cancellationToken) =>
        await LoadMetrics.AskAsync(client, "llamacpp:requests_processing", "llamacpp:requests_deferred", cancellationToken)
            ?? await SlotsAsync(cancellationToken);

    /// <summary>Without <c>--metrics</c> the slots report what is running, but not what waits.</summary>
    private async Task<ServerLoad?> SlotsAsync(CancellationToken cancellationToken)
    {
        EndpointReply reply = await client.GetAsync(new Uri(client.Root, "slots"), cancellationToken);
        if (!reply.IsSuccess)
            return null;
        try
        {
            return ResponseReading.Read(reply.Body.ToMemory(), root => root.ValueKind != JsonValueKind.Array ? null : new ServerLoad(
                root.EnumerateArray().Count(slot => slot.Member("is_processing") is { ValueKind: JsonValueKind.True }), null));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void WriteRequest(IBufferWriter<byte> output, GenerationRequest request, RequestSettings settings, bool stream)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        RequestWriting.WritePrompt(json, request);
        json.WriteNumber("n_predict", request.MaxTokens);
        RequestWriting.WriteSampling(json, settings.Sampling, request.Seed, "repeat_penalty");

        // Only the stored samplers are in the chain, whatever the server was started with.
        json.WriteStartArray("samplers");
        foreach (string sampler in (string[])["top_k", "top_p", "min_p", "temperature"])
            json.WriteStringValue(sampler);
        json.WriteEndArray();
        json.WriteBoolean("return_tokens", true);
        json.WriteBoolean("cache_prompt", request.Cache != PrefixCache.Cold);
        if (request.Close == ThinkingEndHandling.Stop)
        {
            json.WriteStartArray("stop");
            json.WriteStringValue(settings.Close.Text);
            json.WriteEndArray();
        }
        else if (request.Close == ThinkingEndHandling.Mask && settings.Close.Id is { } close)
        {
            json.WriteStartArray("logit_bias");
            json.WriteStartArray();
            json.WriteNumberValue(close);
            json.WriteBooleanValue(false);
            json.WriteEndArray();
            json.WriteEndArray();
        }

        json.WriteBoolean("ignore_eos", request.Close == ThinkingEndHandling.Mask);
        json.WriteBoolean("stream", stream);
        json.WriteBoolean("timings_per_token", stream);
        json.WriteEndObject();
    }

    public Generation Read(ReadOnlyMemory<byte> json) => ResponseReading.Read(json, root =>
    {
        return new Generation(root.Ids("tokens"), root.Text("content"), EndingOf(root.Text("stop_type")))
        {
            AtStopText = root.Text("stop_type") == "word",
            CompletionTokens = root.Count("tokens_predicted"),
            CachedTokens = root.Member("timings")?.Count("cache_n"),
            ServerSeconds = SecondsOf(root),
        };
    });

    /// <summary>The server's own seconds of a request: prompt and generation; null if it does not report them.</summary>
    internal static double? SecondsOf(JsonElement root) =>
        root.Member("timings") is { } timings ? (timings.Real("prompt_ms") + timings.Real("predicted_ms")) / 1000 : null;

    private static Ending EndingOf(string reason) => reason switch
    {
        "limit" => Ending.Length,
        "eos" or "word" => Ending.Stop,
        _ => Ending.None,
    };
}
