using System.ClientModel.Primitives;
using System.Collections.Immutable;
using System.Net.ServerSentEvents;

namespace Calibration.Harness.Transport;

/// <summary>
/// JSON over HTTP through the OpenAI SDK's pipeline: its authentication and transport, but our own reading of what comes
/// back, because the SDK's typed models throw on what real servers send, and our own rules for asking again, because a
/// body that cannot be read is as much a fault as a status (docs/decisions.md).
/// </summary>
public sealed class EndpointClient : IDisposable
{
    private readonly EndpointTransport _transport;
    private readonly RetryPolicy _policy;
    private readonly Availability _availability;
    private readonly TimeProvider _clock;

    /// <summary>
    /// The speed that a token's limit follows from is looked at anew so often: it becomes known while the first requests wait.
    /// </summary>
    private static readonly TimeSpan BetweenLimits = TimeSpan.FromSeconds(10);

    /// <summary>Opens a client; nothing is sent yet.</summary>
    /// <param name="api">Address of the API, such as <c>http://host:8000/v1</c>.</param>
    /// <param name="options">How it is asked.</param>
    public EndpointClient(Uri api, EndpointClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(options);
        (_policy, _clock) = (options.Policy, options.Clock);
        Slots = new RequestSlots(options.Concurrency);
        _transport = new EndpointTransport(api, options);
        Health = new EndpointHealth(_transport, _policy.Idle);
        _availability = new Availability(Health, options);
    }

    /// <summary>Address of the API, with a slash at its end.</summary>
    public Uri Api => _transport.Api;

    /// <summary>Address of the server's routes beside the API (<c>/tokenize</c>, <c>/props</c>), with a slash at its end.</summary>
    public Uri Root => _transport.Root;

    /// <summary>Times requests and waits.</summary>
    internal TimeProvider Clock => _clock;

    /// <summary>Whether the endpoint does its work.</summary>
    internal EndpointHealth Health { get; }

    /// <summary>Requests in flight at once.</summary>
    internal RequestSlots Slots { get; }

    /// <summary>The speed that the server has shown.</summary>
    internal ServerSpeed Speed { get; } = new();

    /// <summary>What passes between client and endpoint.</summary>
    public EndpointTraffic Traffic => new(Slots.InFlight, Slots.Limit, _availability.Waste.Resent, _availability.Waste.WastedTokens)
    {
        ResentBecause = _availability.ResentBecause,
    };

    /// <summary>Asks until there is an answer, or no sense in asking again; waits while the endpoint is down.</summary>
    /// <param name="attemptAsync">One try; it gets the number of timeouts so far.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="EndpointException">The request was refused for good, or failed in every try while the endpoint was up.</exception>
    /// <exception cref="EndpointLostException">The endpoint is down for longer than the policy allows.</exception>
    public Task<T> RetryAsync<T>(Func<int, CancellationToken, Task<T>> attemptAsync, CancellationToken cancellationToken) =>
        _availability.AskAsync(attemptAsync, slots: null, cancellationToken);

    /// <summary>The same for work that the model does: each try takes one of <see cref="Slots"/>.</summary>
    internal Task<T> WorkAsync<T>(Func<int, CancellationToken, Task<T>> attemptAsync, CancellationToken cancellationToken) =>
        _availability.AskAsync(attemptAsync, Slots, cancellationToken);

    /// <summary>Whether a lost endpoint does its work again within the limit.</summary>
    internal Task<bool> WaitUntilAvailableAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        _availability.WaitUntilAvailableAsync(limit, cancellationToken);

    /// <summary>Refuses an https address of a server that speaks plain http.</summary>
    /// <exception cref="EndpointException">It does.</exception>
    internal Task RefusePlainHttpAsync(CancellationToken cancellationToken) => PlainHttpCheck.RefuseAsync(Api, _clock, cancellationToken);

    /// <summary>Asks for a document, once.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached.</exception>
    public Task<EndpointReply> GetAsync(Uri uri, CancellationToken cancellationToken) =>
        _transport.GetAsync(uri, _policy.Idle, cancellationToken);

    /// <summary>Sends JSON, once, and waits for the complete response.</summary>
    /// <param name="uri">Where to.</param>
    /// <param name="json">The body.</param>
    /// <param name="tokens">Maximum number of tokens in the response.</param>
    /// <param name="cancellationToken">Abandons the request.</param>
    /// <exception cref="EndpointException">The endpoint cannot be reached, or was silent for too long.</exception>
    public Task<EndpointReply> PostAsync(Uri uri, ReadOnlyMemory<byte> json, int tokens, CancellationToken cancellationToken) =>
        _transport.ReplyToAsync(_transport.Post(uri, json, LimitFor(tokens, inFlight: 1, timeouts: 0), cancellationToken));

    /// <summary>
    /// The same for a generation, within the time that follows from the server's speed; what is not answered by then is abandoned and its
    /// connection closed, so that the server stops generating. The endpoint has served this model before: a refusal of the key or the
    /// model may pass, too.
    /// </summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached, did not answer in time, or refused.</exception>
    internal async Task<Answered> GenerateAsync(Uri uri, ReadOnlyMemory<byte> json, RequestSize size, CancellationToken cancellationToken)
    {
        int before = Slots.InFlight;
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long start = _clock.GetTimestamp();
        Task<EndpointReply> answer = _transport.ReplyToAsync(_transport.Post(uri, json, Timeout.InfiniteTimeSpan, abandoned.Token));
        for (TimeSpan left = Left(); !answer.IsCompleted; left = Left())
        {
            if (left <= TimeSpan.Zero)
            {
                await abandoned.CancelAsync();
                await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                TimeSpan waited = _clock.GetElapsedTime(start);
                throw new EndpointException(FormattableString.Invariant($"{uri} did not answer within {waited.TotalSeconds:0} seconds."))
                {
                    MayPass = true,
                    TimedOut = true,
                    WastedTokens = Speed.TokensWithin(waited, size.Tokens, Slots.Limit),
                };
            }

            Task waiting = ((Task)answer).WaitAsync(left < BetweenLimits ? left : BetweenLimits, _clock, CancellationToken.None);
            await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        EndpointReply reply = await answer;
        return reply.IsSuccess
            ? new Answered(reply.Body.ToMemory(), _clock.GetElapsedTime(start).TotalSeconds, (before + Slots.InFlight) / 2.0)
            : throw FaultOf(uri, reply);

        TimeSpan Left() => LimitFor(size.Tokens, Slots.Limit, size.Timeouts) - _clock.GetElapsedTime(start);
    }

    /// <summary>Each timeout doubles what the next try of the request may take: one that needs longer is not sent for ever.</summary>
    private TimeSpan LimitFor(int tokens, int inFlight, int timeouts) =>
        _policy.Idle + TimeSpan.FromSeconds(Math.Min(1e6, tokens * Speed.SecondsPerToken(inFlight) * Math.Pow(2, timeouts)));

    /// <summary>
    /// Sends JSON, once, and times the response. A thread of its own sends and reads, blocking: no other work of this process can stand
    /// between the socket and the clock.
    /// </summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached, was silent for too long, or refused.</exception>
    internal Task<TimedEvent> PostTimedAsync(
        Uri uri, ReadOnlyMemory<byte> json, int tokens, TimeProvider clock, CancellationToken cancellationToken) =>
        OnItsOwnThreadAsync(() =>
        {
            using LimitedMessage message = _transport.Post(uri, json, LimitFor(tokens, inFlight: 1, timeouts: 0), cancellationToken);
            long start = clock.GetTimestamp();
            PipelineResponse response = _transport.Send(message);
            double seconds = clock.GetElapsedTime(start).TotalSeconds;
            return response.IsError
                ? throw FaultOf(uri, _transport.ReplyOf(response, response.Content))
                : new TimedEvent(response.Content.ToMemory(), seconds);
        });

    /// <summary>The same for the events of a streamed response, until <c>[DONE]</c>.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached, refused, broke the stream off, or was silent for too
    /// long.</exception>
    internal Task<ImmutableArray<TimedEvent>> StreamTimedAsync(
        Uri uri, ReadOnlyMemory<byte> json, TimeProvider clock, CancellationToken cancellationToken) =>
        OnItsOwnThreadAsync(() =>
        {
            using LimitedMessage message = _transport.Post(uri, json, _policy.Idle, cancellationToken);
            message.Content.BufferResponse = false;
            long start = clock.GetTimestamp();
            PipelineResponse response = _transport.Send(message);
            if (response.IsError)
                throw FaultOf(uri, _transport.ReplyOf(response, response.BufferContent(message.Ended)));
            using CancellationTokenRegistration ended = message.Ended.UnsafeRegister(
                static open => ((PipelineResponse)open!).Dispose(), response);
            ImmutableArray<TimedEvent> events = EventsOf(response.ContentStream!, message, () => clock.GetElapsedTime(start).TotalSeconds);
            if (events.Length > 1)
                Speed.Show(events.Length - 1, events[^1].Seconds - events[0].Seconds, inFlight: 1);
            return events;
        });

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private static Task<T> OnItsOwnThreadAsync<T>(Func<T> send) => Task.Factory.StartNew(
        () => CollectionFree.Run(send), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static ImmutableArray<TimedEvent> EventsOf(Stream stream, LimitedMessage message, Func<double> elapsedSeconds)
    {
        var events = ImmutableArray.CreateBuilder<TimedEvent>();
        try
        {
            foreach (SseItem<byte[]> item in SseParser.Create(stream, (_, data) => data.ToArray()).Enumerate())
            {
                double seconds = elapsedSeconds();
                message.Heard();

                // Read on to the end: a connection that is left before it must be opened anew within the next request's time.
                if (!IsHeartbeat(item.Data) && !item.Data.AsSpan().SequenceEqual("[DONE]"u8))
                    events.Add(new TimedEvent(item.Data, seconds));
            }
        }
        catch (Exception fault) when (message.IsAbandoned)
        {
            throw new OperationCanceledException(fault.Message, fault, message.Asker);
        }
        catch (Exception fault) when (message.IsOverdue)
        {
            throw new EndpointException($"{message.Uri} was silent for {message.Limit.TotalSeconds:0} seconds.", fault) { MayPass = true };
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException or ObjectDisposedException)
        {
            throw new EndpointException($"{message.Uri} ended the stream early: {fault.Message}", fault) { MayPass = true };
        }

        return events.ToImmutable();
    }

    /// <summary>Gateways keep a stream open by empty events, or by comments sent as data.</summary>
    private static bool IsHeartbeat(ReadOnlySpan<byte> data)
    {
        data = data.Trim(" \r\n\t"u8);
        return data.IsEmpty || data[0] == (byte)':';
    }

    private EndpointException FaultOf(Uri uri, EndpointReply reply)
    {
        EndpointException fault = reply.Fault(uri);
        return Health.KnowsTheModel && reply.Status is (401 or 403 or 404)
            ? new EndpointException(fault.Message) { Status = reply.Status, MayPass = true }
            : fault;
    }
}

/// <summary>What the timeout of a generation follows from.</summary>
/// <param name="Tokens">Maximum number of tokens requested.</param>
/// <param name="Timeouts">How often the request has timed out before.</param>
internal readonly record struct RequestSize(int Tokens, int Timeouts = 0);

/// <summary>A complete response.</summary>
/// <param name="Body">As it came.</param>
/// <param name="Seconds">From sending the request.</param>
/// <param name="InFlight">Requests in flight meanwhile, about.</param>
internal readonly record struct Answered(ReadOnlyMemory<byte> Body, double Seconds, double InFlight);
