using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Calibration.Harness.Models;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>One model on one server, ready to be asked.</summary>
public sealed class EndpointSession
{
    private readonly EndpointClient client;
    private readonly SamplingSettings sampling;
    private readonly ConcurrentDictionary<string, int[]> tokens = new(StringComparer.Ordinal);

    private EndpointSession(EndpointClient client, IServerDialect server, ThinkingForm form, SamplingSettings sampling)
    {
        this.client = client;
        this.sampling = sampling;
        Server = server;
        Form = form;
    }

    /// <summary>The server's dialect and what it said of itself.</summary>
    public IServerDialect Server { get; }

    /// <summary>How this model thinks, in its token ids.</summary>
    public ThinkingForm Form { get; }

    /// <summary>Finds out who serves and how the model thinks.</summary>
    /// <param name="client">The endpoint.</param>
    /// <param name="model">The wanted model, or null where the endpoint serves only one.</param>
    /// <param name="profile">The model's profile, or null to detect it.</param>
    /// <param name="sampling">Sampling of every request.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="EndpointException">The endpoint cannot be used; the message says why.</exception>
    public static async Task<EndpointSession> OpenAsync(
        EndpointClient client, string? model, ModelProfile? profile, SamplingSettings sampling, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        IServerDialect server = await ServerDetection.DetectAsync(client, model, cancellationToken);
        var session = new EndpointSession(client, server, await ThinkingForm.ResolveAsync(profile, server, cancellationToken), sampling);
        int[] greeting = await server.RenderChatAsync("Hi", thinking: true, cancellationToken);
        var canary = new GenerationRequest { Prompt = [greeting], MaxTokens = 1, Seed = 1, Close = CloseHandling.Ignore, Group = "canary" };
        await session.GenerateAsync(canary, cancellationToken);
        client.Canary = cancelled => session.GenerateOnceAsync(canary, timeouts: 0, cancelled);
        return session;
    }

    /// <summary>Token ids of a text; asked until known, and not again.</summary>
    public async Task<int[]> TokensOfAsync(string text, CancellationToken cancellationToken) =>
        tokens.TryGetValue(text, out int[]? known) ? known : tokens.GetOrAdd(text, await Server.TokenizeAsync(text, cancellationToken));

    /// <summary>Asks until there is an answer; a request whose time is taken is timed anew within <paramref name="attemptAsync"/>.</summary>
    /// <inheritdoc cref="EndpointClient.PatientlyAsync"/>
    internal Task<T> PatientlyAsync<T>(Func<int, CancellationToken, Task<T>> attemptAsync, CancellationToken cancellationToken) =>
        client.PatientlyAsync(attemptAsync, cancellationToken);

    /// <summary>Whether a lost endpoint does its work again within the limit.</summary>
    internal Task<bool> BackAsync(TimeSpan limit, CancellationToken cancellationToken) => client.BackAsync(limit, cancellationToken);

    /// <summary>Requests in flight at once.</summary>
    internal RequestSlots Slots => client.Slots;

    /// <summary>What passes between client and endpoint.</summary>
    internal EndpointTraffic Traffic => client.Traffic;

    /// <summary>Generates and waits for the whole, again where a failure may pass.</summary>
    /// <exception cref="EndpointException">The server refused, or answered with what cannot be used.</exception>
    /// <exception cref="EndpointLostException">The endpoint is down for longer than it is waited for.</exception>
    public Task<Generation> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken) =>
        client.WorkAsync((timeouts, cancelled) => GenerateOnceAsync(request, timeouts, cancelled), cancellationToken);

    /// <summary>Generates and times the whole; the request is sent once.</summary>
    /// <exception cref="EndpointException">The server refused, or answered with what cannot be used.</exception>
    internal async Task<TimedGeneration> GenerateTimedAsync(GenerationRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        TimedEvent whole = await client.PostTimedAsync(Server.GenerationUri, BodyOf(request, stream: false), request.MaxTokens, clock, cancellationToken);
        return Timed(Usable(Read(whole.Data)), whole.Seconds);
    }

    /// <summary>Generates and times every part of the stream; the request is sent once.</summary>
    /// <exception cref="EndpointException">The server refused, broke off, or sent what cannot be read.</exception>
    internal async Task<ImmutableArray<TimedGeneration>> StreamTimedAsync(GenerationRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        ImmutableArray<TimedEvent> events = await client.StreamTimedAsync(Server.GenerationUri, BodyOf(request, stream: true), clock, cancellationToken);
        ImmutableArray<TimedGeneration> chunks = [.. events.Select(part => Timed(Read(part.Data), part.Seconds))];
        return chunks.LastOrDefault(chunk => chunk.Generation.Ending != Ending.None)?.Generation.Ending is Ending.Length or Ending.Stop
            ? chunks
            : throw new EndpointException($"{Server.GenerationUri} broke a stream off before its end.") { MayPass = true };
    }

    private static TimedGeneration Timed(Generation generation, double seconds) => new(generation, generation.SimulatedSeconds ?? seconds);

    private async Task<Generation> GenerateOnceAsync(GenerationRequest request, int timeouts, CancellationToken cancellationToken)
    {
        Answered answer = await client.GenerateAsync(
            Server.GenerationUri, BodyOf(request, stream: false), new RequestSize(request.MaxTokens, timeouts), cancellationToken);
        Generation generation = Usable(Read(answer.Body));
        client.Speed.Show(generation.TokenIds.Length, answer.Seconds, answer.InFlight);
        return generation;
    }

    private Generation Usable(Generation generation)
    {
        if (generation.Ending is Ending.None or Ending.Aborted)
            throw new EndpointException($"{Server.GenerationUri} gave a generation up before its end.") { MayPass = true, WastedTokens = generation.TokenIds.Length };

        // A turn that ends at once has neither ids nor text on llama.cpp.
        return generation.TokenIds.Length > 0 || generation is { Ending: Ending.Stop, Text: "" }
            ? generation
            : throw new EndpointException($"{Server.GenerationUri} returned no token ids: --road text measures what its text and its counts allow.") { MayPass = true };
    }

    /// <summary>The first token that belongs to an end of thinking or of the turn.</summary>
    internal async Task<EndOfThinking> EndOfThinkingAsync(Generation generation, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<int> ids = generation.TokenIds;
        int known = Form.EndOfThinking(ids.Span);
        if (known < ids.Length && Form.CloseId is { } id)
            return new EndOfThinking(known, ids.Span[known] == id);
        int close = Form.CloseId is null ? await CloseInTextAsync(generation, cancellationToken) : known;
        return close < known ? new EndOfThinking(close, true) : new EndOfThinking(Math.Min(known, Form.EndOfTurn(generation)), false);
    }

    /// <summary>Where a close that is ordinary text begins, or the length where there is none.</summary>
    private async Task<int> CloseInTextAsync(Generation generation, CancellationToken cancellationToken)
    {
        string close = Form.Profile.CloseToken;
        if (generation.Ending != Ending.Stop && !generation.Text.Contains(close, StringComparison.Ordinal))
            return generation.TokenIds.Length;

        // The tokens before it are those whose text ends before it begins.
        ReadOnlyMemory<int> ids = generation.TokenIds;
        int at = (await Server.DetokenizeAsync(ids, cancellationToken)).IndexOf(close, StringComparison.Ordinal);
        if (at < 0)
            return ids.Length;
        (int before, int beyond) = (0, ids.Length);
        while (beyond - before > 1)
        {
            int middle = (before + beyond) / 2;
            if ((await Server.DetokenizeAsync(ids[..middle], cancellationToken)).Length <= at)
                before = middle;
            else
                beyond = middle;
        }

        return before;
    }

    private ReadOnlyMemory<byte> BodyOf(GenerationRequest request, bool stream)
    {
        var body = new ArrayBufferWriter<byte>(1024 + (7 * request.PromptTokens));
        Server.WriteRequest(body, request, sampling, Form, stream);
        return body.WrittenMemory;
    }

    private Generation Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return Server.Read(json);
        }
        catch (JsonException fault)
        {
            throw new EndpointException($"{Server.GenerationUri} sent what is no completion: {fault.Message}", fault) { MayPass = true };
        }
    }
}
