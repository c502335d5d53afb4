using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Calibration.Harness.Models;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>
/// One model on a server that offers only text: OpenAI's <c>/v1/completions</c>, no token ids, counts from the usage record
/// where there is one. The chat template is the server's where it renders it, and otherwise Qwen3's, rendered here.
/// </summary>
public sealed class TextSession
{
    private readonly EndpointClient client;
    private readonly SamplingSettings sampling;
    private readonly TextTemplate template;
    private readonly Uri uri;
    private readonly bool masksEnds;

    private TextSession(EndpointClient client, TextTemplate template, EndpointFacts facts, SamplingSettings sampling)
    {
        this.client = client;
        this.template = template;
        this.sampling = sampling;
        uri = new Uri(client.Api, "completions");
        masksEnds = facts.Server == "llamacpp";
        Facts = facts;
    }

    /// <summary>What the server said of itself.</summary>
    public EndpointFacts Facts { get; }

    /// <summary>How the model thinks.</summary>
    public ModelProfile Profile => template.Profile;

    /// <summary>Whether the model's close is one token; false where the server gives no counts.</summary>
    internal bool CloseIsOneToken { get; private set; }

    /// <summary>Finds the model.</summary>
    /// <param name="client">The endpoint.</param>
    /// <param name="model">The wanted model, or null where the endpoint serves only one.</param>
    /// <param name="contextTokens">The model's context length, where the server does not tell it.</param>
    /// <param name="profile">The model's profile, or null to detect it.</param>
    /// <param name="sampling">Sampling of every request.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="EndpointException">The endpoint cannot be used; the message says why.</exception>
    public static async Task<TextSession> OpenAsync(
        EndpointClient client, string? model, int? contextTokens, ModelProfile? profile, SamplingSettings sampling, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        JsonElement entry = await ServerDetection.ModelAsync(client, model, cancellationToken);
        int context = contextTokens ?? entry.Count("max_model_len") ?? entry.Member("meta")?.Count("n_ctx")
            ?? throw new EndpointException($"{client.Api} does not tell the model's context length: give it with --context.");
        string owner = entry.Text("owned_by");
        bool simulated = owner == "calibration";
        bool paced = entry.Member("paced") is { ValueKind: JsonValueKind.True };
        var facts = new EndpointFacts(client.Api.GetLeftPart(UriPartial.Path), simulated ? "embedded" : owner, "", entry.Text("id"), context, simulated, paced);
        var session = new TextSession(client, await TextTemplate.DetectAsync(client, owner, profile, cancellationToken), facts, sampling);
        string greeting = (await session.RenderAsync("Hi", cancellationToken)).Thinking;
        Generation open = await session.GenerateAsync(greeting, 1, seed: 1, "canary", stop: null, cancellationToken);
        Generation closed = await session.GenerateAsync(greeting + session.Profile.CloseToken, 1, seed: 1, "canary", stop: null, cancellationToken);
        session.CloseIsOneToken = closed.PromptTokens - open.PromptTokens == 1;
        client.Canary = cancelled => session.GenerateOnceAsync(greeting, new RequestSize(1), seed: 1, "canary", stop: null, cancelled);
        return session;
    }

    /// <summary>Most tokens that a template puts before a message's first line: no token is shorter than a byte.</summary>
    internal static int TemplateTokens(string prompt, string line) => Encoding.UTF8.GetByteCount(prompt.AsSpan(0, Math.Max(0, prompt.IndexOf(line, StringComparison.Ordinal))));

    /// <summary>A message in the chat template.</summary>
    internal Task<TextPrompt> RenderAsync(string userMessage, CancellationToken cancellationToken) => template.RenderAsync(userMessage, cancellationToken);

    /// <summary>
    /// Servers cut a request that does not fit without a word; so it is never sent. No token is shorter than a byte: where the bytes of the
    /// prompt fit, nothing is asked; elsewhere the server counts them, in a request for one token. A server without counts cannot be asked.
    /// </summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="tokens">Everything that comes on top of it.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="EndpointException">The whole does not fit the model's context.</exception>
    internal async Task RefuseBeyondContextAsync(string prompt, int tokens, CancellationToken cancellationToken)
    {
        if (await CountIfLongAsync(prompt, tokens, cancellationToken) is { } counted)
            RefuseBeyondContext(counted, tokens);
    }

    /// <summary>Tokens of a prompt by the server's own count; null where its bytes show that it fits with what comes on top, or the server gives no counts.</summary>
    internal async Task<int?> CountIfLongAsync(string prompt, int tokens, CancellationToken cancellationToken) =>

        // A tokenizer may put a token of its own before the first, and a space.
        Encoding.UTF8.GetByteCount(prompt) + 2 + tokens <= Facts.ContextTokens
            ? null
            : (await GenerateAsync(prompt, 1, seed: 1, "count", stop: null, cancellationToken)).PromptTokens;

    /// <summary>What passes between client and endpoint.</summary>
    internal EndpointTraffic Traffic => client.Traffic;

    /// <summary>Asks until there is an answer; a request whose time is taken is timed anew within <paramref name="attemptAsync"/>.</summary>
    internal Task<T> PatientlyAsync<T>(Func<int, CancellationToken, Task<T>> attemptAsync, CancellationToken cancellationToken) =>
        client.PatientlyAsync(attemptAsync, cancellationToken);

    /// <summary>Generates and waits for the whole; an absent <paramref name="stop"/> lets only the end of the turn end it.</summary>
    internal Task<Generation> GenerateAsync(string prompt, int maxTokens, int seed, string group, string? stop, CancellationToken cancellationToken) =>
        client.WorkAsync((timeouts, cancelled) => GenerateOnceAsync(prompt, new RequestSize(maxTokens, timeouts), seed, group, stop, cancelled), cancellationToken);

    /// <summary>Generates and times the whole; the request is sent once.</summary>
    internal async Task<TimedGeneration> GenerateTimedAsync(string prompt, int maxTokens, int seed, string group, TimeProvider clock, CancellationToken cancellationToken)
    {
        TimedEvent whole = await client.PostTimedAsync(uri, BodyOf(prompt, maxTokens, seed, group, stop: null, stream: false), maxTokens, clock, cancellationToken);
        return Timed(Usable(maxTokens, Read(whole.Data)), whole.Seconds);
    }

    /// <summary>Generates without a stop, beyond the end of the turn where the server can, and times every part of the stream; the request is sent once.</summary>
    internal async Task<ImmutableArray<TimedGeneration>> StreamTimedAsync(string prompt, int maxTokens, int seed, string group, TimeProvider clock, CancellationToken cancellationToken)
    {
        ImmutableArray<TimedEvent> events = await client.StreamTimedAsync(uri, BodyOf(prompt, maxTokens, seed, group, stop: null, stream: true), clock, cancellationToken);
        ImmutableArray<TimedGeneration> chunks = [.. events.Select(part => Timed(Fitting(maxTokens, Read(part.Data)), part.Seconds))];
        return chunks.LastOrDefault(chunk => chunk.Generation.Ending != Ending.None)?.Generation.Ending is Ending.Length or Ending.Stop
            ? chunks
            : throw new EndpointException($"{uri} broke a stream off before its end.") { MayPass = true };
    }

    private static TimedGeneration Timed(Generation generation, double seconds) => new(generation, generation.SimulatedSeconds ?? seconds);

    private async Task<Generation> GenerateOnceAsync(string prompt, RequestSize size, int seed, string group, string? stop, CancellationToken cancellationToken)
    {
        Answered answer = await client.GenerateAsync(uri, BodyOf(prompt, size.Tokens, seed, group, stop, stream: false), size, cancellationToken);
        Generation generation = Usable(size.Tokens, StopTold(stop, Read(answer.Body)));
        client.Speed.Show(generation.CompletionTokens ?? size.Tokens, answer.Seconds, answer.InFlight);
        return generation;
    }

    private Generation StopTold(string? stop, Generation generation) => masksEnds && stop is not null ? generation with { AtStopText = generation.Ending == Ending.Stop } : generation;

    private Generation Usable(int maxTokens, Generation generation) => generation.Ending is Ending.None or Ending.Aborted
        ? throw new EndpointException($"{uri} gave a generation up before its end.") { MayPass = true }
        : Fitting(maxTokens, generation);

    /// <summary>Whatever was known before: by the server's own count of the prompt, an answer that was cut is refused.</summary>
    private Generation Fitting(int maxTokens, Generation generation)
    {
        if (generation.PromptTokens is { } tokens)
            RefuseBeyondContext(tokens, maxTokens);
        return generation;
    }

    private void RefuseBeyondContext(int tokens, int maxTokens)
    {
        if (tokens + maxTokens > Facts.ContextTokens)
            throw new EndpointException($"Prompt and output need {tokens + maxTokens} tokens of context, and {Facts.Model} has {Facts.ContextTokens}.") { IsTooLong = true };
    }

    private ReadOnlyMemory<byte> BodyOf(string prompt, int maxTokens, int seed, string group, string? stop, bool stream)
    {
        var body = new ArrayBufferWriter<byte>(1024 + (2 * prompt.Length));
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("model", Facts.Model);
        json.WriteString("prompt", prompt);
        json.WriteNumber("max_tokens", maxTokens);
        RequestWriting.WriteSampling(json, sampling, seed, "repetition_penalty");
        json.WriteString("user", group);
        if (stop is not null)
        {
            json.WriteStartArray("stop");
            json.WriteStringValue(stop);
            json.WriteEndArray();
        }

        // Where time is taken, only the limit ends it. llama.cpp does not say what ended a generation: with the ends of the turn masked only the stop text can.
        if (stream || (stop is not null && masksEnds))
            json.WriteBoolean("ignore_eos", true);

        json.WriteBoolean("stream", stream);
        if (stream)
        {
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    private Generation Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return VllmDialect.ReadCompletion(json);
        }
        catch (JsonException fault)
        {
            throw new EndpointException($"{uri} sent what is no completion: {fault.Message}", fault) { MayPass = true };
        }
    }
}
