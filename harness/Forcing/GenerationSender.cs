using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>Sends requests to one model on one endpoint, and refuses responses that cannot be used.</summary>
internal sealed class GenerationSender(EndpointClient client, ICompletionServer server, RequestSettings settings)
{
    /// <summary>What the server said of itself.</summary>
    internal EndpointFacts Facts => server.Facts;

    /// <summary>Where generations are asked for.</summary>
    internal Uri Uri => server.GenerationUri;

    /// <summary>Requests in flight at once.</summary>
    internal RequestSlots Slots => client.Slots;

    /// <summary>What passes between client and endpoint.</summary>
    internal EndpointTraffic Traffic => client.Traffic;

    /// <summary>
    /// Whether every cold prompt begins with a line of its own, because nothing else keeps others' prefixes out of the cache.
    /// </summary>
    internal bool NeedsUniquePrefix => server.NeedsUniquePrefix;

    /// <summary>The endpoint is up from now on where it answers this request.</summary>
    internal void LookBy(GenerationRequest canary) =>
        client.Health.LookBy(cancelled => SendOnceAsync(canary, timeouts: 0, cancelled));

    /// <summary>The server's load by its own words, or null where it does not report it.</summary>
    internal Task<ServerLoad?> LoadAsync(CancellationToken cancellationToken) => server.LoadAsync(cancellationToken);

    /// <summary>Whether the server reports its load.</summary>
    internal async Task<bool> ReportsLoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await LoadAsync(cancellationToken) is not null;
        }
        catch (EndpointException)
        {
            return false;
        }
    }

    /// <summary>Whether a lost endpoint does its work again within the limit.</summary>
    internal Task<bool> WaitUntilAvailableAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        client.WaitUntilAvailableAsync(limit, cancellationToken);

    /// <summary>
    /// Asks until there is an answer; a request whose time is taken is timed anew within <paramref name="attemptAsync"/>.
    /// </summary>
    /// <inheritdoc cref="EndpointClient.RetryAsync"/>
    internal Task<T> RetryAsync<T>(Func<int, CancellationToken, Task<T>> attemptAsync, CancellationToken cancellationToken) =>
        client.RetryAsync(attemptAsync, cancellationToken);

    /// <summary>Generates and waits for the response; tries again if a failure may pass.</summary>
    /// <exception cref="EndpointException">The server refused, or answered with what cannot be used.</exception>
    /// <exception cref="EndpointLostException">The endpoint is down for longer than it is waited for.</exception>
    internal Task<Generation> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken) =>
        client.WorkAsync((timeouts, cancelled) => SendOnceAsync(request, timeouts, cancelled), cancellationToken);

    /// <summary>Generates and times the complete response; the request is sent once.</summary>
    /// <exception cref="EndpointException">The server refused, or answered with what cannot be used.</exception>
    internal async Task<TimedGeneration> TimeOnceAsync(GenerationRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        TimedEvent whole = await client.PostTimedAsync(Uri, BodyOf(request, stream: false), request.MaxTokens, clock, cancellationToken);
        return Timed(Usable(request, Read(whole.Data)), whole.Seconds);
    }

    /// <summary>Generates and times every part of the stream; the request is sent once.</summary>
    /// <exception cref="EndpointException">The server refused, broke off, or sent what cannot be read.</exception>
    internal async Task<ImmutableArray<TimedGeneration>> StreamOnceAsync(
        GenerationRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        ImmutableArray<TimedEvent> events = await client.StreamTimedAsync(Uri, BodyOf(request, stream: true), clock, cancellationToken);
        ImmutableArray<TimedGeneration> chunks = [.. events.Select(part => Timed(WithinContext(request, Read(part.Data)), part.Seconds))];
        return chunks.LastOrDefault(chunk => chunk.Generation.Ending != Ending.None)?.Generation.Ending is Ending.Length or Ending.Stop
            ? chunks
            : throw new EndpointException($"{Uri} ended a stream early.") { MayPass = true };
    }

    private static TimedGeneration Timed(Generation generation, double seconds) => new(generation, generation.SimulatedSeconds ?? seconds);

    private async Task<Generation> SendOnceAsync(GenerationRequest request, int timeouts, CancellationToken cancellationToken)
    {
        var size = new RequestSize(request.MaxTokens, timeouts);
        Answered answer = await client.GenerateAsync(Uri, BodyOf(request, stream: false), size, cancellationToken);
        Generation generation = Usable(request, Read(answer.Body));
        int tokens = request.IsText ? generation.CompletionTokens ?? request.MaxTokens : generation.TokenIds.Length;
        client.Speed.Show(tokens, answer.Seconds, answer.InFlight);
        return generation;
    }

    private Generation Usable(GenerationRequest request, Generation generation)
    {
        if (generation.Ending is Ending.None or Ending.Aborted)
        {
            throw new EndpointException($"{Uri} aborted a generation.")
            {
                MayPass = true,
                WastedTokens = generation.TokenIds.Length,
            };
        }

        if (request.IsText)
        {
            bool onlyTheStopEndsIt = server.MasksEndsWithStopText && request.Close == ThinkingEndHandling.Stop;
            return WithinContext(request, onlyTheStopEndsIt
                ? generation with { AtStopText = generation.Ending == Ending.Stop }
                : generation);
        }

        // A turn that ends at once has neither ids nor text on llama.cpp.
        return generation.TokenIds.Length > 0 || generation is { Ending: Ending.Stop, Text: "" }
            ? generation
            : throw new EndpointException($"{Uri} returned no token ids, so budgets cannot be enforced exactly: use {{PromptFormat}} text.")
            {
                MayPass = true,
            };
    }

    /// <summary>
    /// Servers cut in silence what does not fit. Text is counted by them: by the prompt's count an answer that was cut is refused.
    /// </summary>
    private Generation WithinContext(GenerationRequest request, Generation generation)
    {
        if (request.IsText && generation.PromptTokens + request.MaxTokens is { } needed)
            Facts.RefuseBeyondContext("Prompt and output", needed);
        return generation;
    }

    private ReadOnlyMemory<byte> BodyOf(GenerationRequest request, bool stream)
    {
        var body = new ArrayBufferWriter<byte>(1024 + ((request.IsText ? 2 : 7) * request.PromptLength));
        server.WriteRequest(body, request, settings, stream);
        return body.WrittenMemory;
    }

    private Generation Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return server.Read(json);
        }
        catch (JsonException fault)
        {
            throw new EndpointException($"{Uri} sent a response that is not a completion: {fault.Message}", fault) { MayPass = true };
        }
    }
}
