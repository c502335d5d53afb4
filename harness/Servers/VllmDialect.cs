using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Servers;

/// <summary>
/// vLLM (seen: 0.32.0), and the embedded endpoint, which speaks the same: <c>/v1/completions</c> with <c>return_token_ids</c>,
/// <c>min_tokens</c> with <c>stop_token_ids</c>, and <c>/tokenize</c> with messages.
/// </summary>
internal class VllmDialect(EndpointClient client, EndpointFacts facts) : IServerDialect
{
    public EndpointFacts Facts => facts;

    public bool HoldsBackIds => false;

    public virtual bool NeedsUniquePrefix => false;

    public bool MasksEndsWithStopText => false;

    public virtual string Caveat => "";

    /// <summary>It counts the tokens before the end-of-thinking token, and the newline from the prompt.</summary>
    public virtual ServerThinkingBudget? ThinkingBudget { get; } =
        facts.Simulated
            ? null
            : new("vLLM thinking_token_budget", false, (json, budget) => json.WriteNumber("thinking_token_budget", budget));

    public Uri GenerationUri { get; } = new(client.Api, "completions");

    public Task<int[]> TokenizeAsync(string text, CancellationToken cancellationToken) => TokenizeAsync(
        json =>
        {
            json.WriteString("prompt", text);
            json.WriteBoolean("add_special_tokens", false);
        },
        cancellationToken);

    public async Task<int[]?> RenderChatAsync(string userMessage, bool thinking, CancellationToken cancellationToken) =>
        await TokenizeAsync(
            json =>
            {
                json.WriteStartArray("messages");
                json.WriteStartObject();
                json.WriteString("role", "user");
                json.WriteString("content", userMessage);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteBoolean("add_generation_prompt", true);
                RequestWriting.WriteThinkingSwitch(json, thinking);
            },
            cancellationToken);

    public Task<string?> RenderChatTextAsync(string userMessage, bool thinking, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    public async Task<string> DetokenizeAsync(ReadOnlyMemory<int> ids, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model", facts.Model);
            RequestWriting.WriteIds(json, "tokens", ids);
            json.WriteEndObject();
        }

        return await Tokens.TextAsync(client, new Uri(client.Root, "detokenize"), body.WrittenMemory, TextMember, cancellationToken);
    }

    public Task<ServerLoad?> LoadAsync(CancellationToken cancellationToken) =>
        LoadMetrics.AskAsync(client, LoadGauges.Working, LoadGauges.Queued, cancellationToken);

    /// <summary>Where a detokenized text is in its answer.</summary>
    protected virtual string TextMember => "prompt";

    /// <summary>Gauges of the requests that are worked on, and of those that wait for that.</summary>
    protected virtual (string Working, string Queued) LoadGauges => ("vllm:num_requests_running", "vllm:num_requests_waiting");

    public void WriteRequest(IBufferWriter<byte> output, GenerationRequest request, RequestSettings settings, bool stream)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("model", facts.Model);
        RequestWriting.WritePrompt(json, request);
        json.WriteNumber("max_tokens", request.MaxTokens);
        RequestWriting.WriteSampling(json, settings.Sampling, request.Seed, "repetition_penalty");
        json.WriteBoolean("return_token_ids", true);
        json.WriteString("user", request.Group);
        if (request.Close != ThinkingEndHandling.Ignore)
        {
            // min_tokens masks the stop tokens and the end of the turn until it is reached.
            json.WriteNumber("min_tokens", request.Close == ThinkingEndHandling.Mask ? request.MaxTokens : 0);
            if (request.Close == ThinkingEndHandling.Stop || settings.Close.Id is not null)
                RequestWriting.WriteStop(json, settings.Close);
        }

        if (request.Close == ThinkingEndHandling.Mask)
            json.WriteBoolean("ignore_eos", true);
        if (request.Cache != PrefixCache.Shared)
            json.WriteString("cache_salt", SaltOf(request.CacheSalt));
        RequestWriting.WriteStream(json, stream);
        json.WriteEndObject();
    }

    /// <summary>
    /// vLLM refuses salts of more than 128 characters, and with <c>@</c>, <c>/</c>, <c>\</c> or NUL: a hash has none of these.
    /// </summary>
    internal static string SaltOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    public Generation Read(ReadOnlyMemory<byte> json) => ReadCompletion(json);

    /// <summary>Reads OpenAI's completion, with vLLM's or llama.cpp's additions where they are.</summary>
    internal static Generation ReadCompletion(ReadOnlyMemory<byte> json) => ResponseReading.Read(json, root =>
    {
        JsonElement? choice = root.Member("choices") is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0
            ? choices[0]
            : null;
        if (choice?.Member("message") is not null || choice?.Member("delta") is not null)
            throw new JsonException("it is a chat answer, whose thinking tokens cannot be counted");
        JsonElement usage = root.Member("usage") ?? default;
        JsonElement metrics = root.Member("metrics") ?? default;
        return new Generation(choice?.Ids("token_ids") ?? [], choice?.Text("text") ?? "", EndingOf(choice?.Text("finish_reason") ?? ""))
        {
            AtStopText = AtStopText(choice),
            PromptTokens = usage.Count("prompt_tokens"),
            CompletionTokens = usage.Count("completion_tokens"),
            CachedTokens = usage.Member("prompt_tokens_details")?.Count("cached_tokens"),
            ServerSeconds = (metrics.Real("time_to_first_token_ms") + metrics.Real("generation_time_ms")) / 1000
                ?? LlamaCppDialect.SecondsOf(root),
            ServerFirstSeconds = metrics.Real("time_to_first_token_ms") / 1000,
            SimulatedSeconds = root.Real("simulated_elapsed_s"),
        };
    });

    /// <summary>The end of a turn is null or a number there.</summary>
    private static bool? AtStopText(JsonElement? choice)
    {
        if (choice is not { ValueKind: JsonValueKind.Object } given)
            return null;
        return given.TryGetProperty("stop_reason", out JsonElement reason) || given.TryGetProperty("matched_stop", out reason)
            ? reason.ValueKind == JsonValueKind.String
            : null;
    }

    private static Ending EndingOf(string reason) => reason switch
    {
        "length" => Ending.Length,
        "stop" => Ending.Stop,
        "" => Ending.None,
        _ => Ending.Aborted,
    };

    private async Task<int[]> TokenizeAsync(Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model", facts.Model);
            write(json);
            json.WriteEndObject();
        }

        return await Tokens.AskAsync(client, new Uri(client.Root, "tokenize"), body.WrittenMemory, cancellationToken);
    }
}
