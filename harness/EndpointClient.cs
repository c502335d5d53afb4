using System.ClientModel.Primitives;
using System.Collections.Immutable;
using System.Net.ServerSentEvents;

namespace Calibration.Harness;

/// <summary>
/// JSON over HTTP through the OpenAI SDK's pipeline: its authentication and transport, but our own reading of what comes
/// back, because the SDK's typed models throw on what real servers send, and our own rules for asking again, because a
/// body that cannot be read is as much a fault as a status (docs/decisions.md).
/// </summary>
public sealed class EndpointClient : IDisposable
{
    private readonly EndpointTransport transport;
    private readonly Patience patience;
    private readonly Availability availability;

    /// <summary>Opens a client; nothing is sent yet.</summary>
    /// <param name="api">Address of the API, such as <c>http://host:8000/v1</c>.</param>
    /// <param name="apiKey">Bearer key, or null where the server wants none. Never logged.</param>
    /// <param name="patience">How long the endpoint is waited for.</param>
    /// <param name="concurrency">Most requests in flight at once.</param>
    /// <param name="notices">What a user should know of the endpoint's coming and going.</param>
    public EndpointClient(Uri api, string? apiKey, Patience patience, int concurrency = 1024, IProgress<string>? notices = null)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(patience);
        this.patience = patience;
        Api = new Uri(api.AbsoluteUri.TrimEnd('/') + "/");
        Root = Api.AbsolutePath.EndsWith("/v1/", StringComparison.Ordinal) ? new Uri(Api, "../") : Api;
        Slots = new RequestSlots(concurrency);
        transport = new EndpointTransport(Api, apiKey);
        availability = new Availability(patience, TimeProvider.System, notices) { LookAsync = LookAsync };
    }

    /// <summary>Address of the API, with a slash at its end.</summary>
    public Uri Api { get; }

    /// <summary>Address of the server's routes beside the API (<c>/tokenize</c>, <c>/props</c>), with a slash at its end.</summary>
    public Uri Root { get; }

    /// <summary>Requests in flight at once.</summary>
    internal RequestSlots Slots { get; }

    /// <summary>A small request of the kind that measuring makes: the endpoint is up if it succeeds. Null until the model is known.</summary>
    internal Func<CancellationToken, Task>? Canary { get; set; }

    /// <summary>Asks until there is an answer, or no sense in asking again; waits while the endpoint is down.</summary>
    /// <param name="attemptAsync">One try; it gets the number of the try, from 0.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="EndpointException">The request was refused for good, or failed in every try while the endpoint was up.</exception>
    /// <exception cref="EndpointLostException">The endpoint is down for longer than the patience allows.</exception>
    public Task<T> PatientlyAsync<T>(Func<int, CancellationToken, Task<T>> attemptAsync, CancellationToken cancellationToken) =>
        availability.AskAsync(attemptAsync, slots: null, cancellationToken);

    /// <summary>The same for work that the model does: each try takes one of <see cref="Slots"/>.</summary>
    internal Task<T> WorkAsync<T>(Func<int, CancellationToken, Task<T>> attemptAsync, CancellationToken cancellationToken) =>
        availability.AskAsync(attemptAsync, Slots, cancellationToken);

    /// <summary>Whether a lost endpoint does its work again within the limit.</summary>
    internal Task<bool> BackAsync(TimeSpan limit, CancellationToken cancellationToken) => availability.BackAsync(limit, cancellationToken);

    /// <summary>Asks for a document, once.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached.</exception>
    public Task<EndpointReply> GetAsync(Uri uri, CancellationToken cancellationToken) =>
        SendAsync(transport.Message(uri, "GET", patience.Idle, cancellationToken));

    /// <summary>Sends JSON, once, and waits for the whole response.</summary>
    /// <param name="uri">Where to.</param>
    /// <param name="json">The body.</param>
    /// <param name="tokens">Most tokens that the response may take to generate.</param>
    /// <param name="cancellationToken">Abandons the request.</param>
    /// <exception cref="EndpointException">The endpoint cannot be reached, or was silent for too long.</exception>
    public Task<EndpointReply> PostAsync(Uri uri, ReadOnlyMemory<byte> json, int tokens, CancellationToken cancellationToken) =>
        SendAsync(transport.Post(uri, json, patience.LimitFor(tokens), cancellationToken));

    /// <summary>The same for a generation. The endpoint has served this model before: a refusal of the key or the model may pass, too.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached, was silent for too long, or refused.</exception>
    internal async Task<ReadOnlyMemory<byte>> GenerateAsync(Uri uri, ReadOnlyMemory<byte> json, int tokens, CancellationToken cancellationToken)
    {
        EndpointReply reply = await PostAsync(uri, json, tokens, cancellationToken);
        return reply.IsSuccess ? reply.Body.ToMemory() : throw FaultOf(uri, reply);
    }

    /// <summary>
    /// Sends JSON, once, and times the response. A thread of its own sends and reads, blocking: no other work of this process can stand
    /// between the socket and the clock.
    /// </summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached, was silent for too long, or refused.</exception>
    internal Task<TimedEvent> PostTimedAsync(Uri uri, ReadOnlyMemory<byte> json, int tokens, TimeProvider clock, CancellationToken cancellationToken) =>
        OnItsOwnThreadAsync(() =>
        {
            using PipelineMessage message = transport.Post(uri, json, patience.LimitFor(tokens), cancellationToken);
            long start = clock.GetTimestamp();
            PipelineResponse response = transport.Send(message);
            double seconds = clock.GetElapsedTime(start).TotalSeconds;
            return response.IsError ? throw FaultOf(uri, transport.ReplyOf(response, response.Content)) : new TimedEvent(response.Content.ToMemory(), seconds);
        });

    /// <summary>The same for the events of a streamed response, until <c>[DONE]</c>.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached, refused, broke the stream off, or was silent for too long.</exception>
    internal Task<ImmutableArray<TimedEvent>> StreamTimedAsync(Uri uri, ReadOnlyMemory<byte> json, TimeProvider clock, CancellationToken cancellationToken) =>
        OnItsOwnThreadAsync(() =>
        {
            using PipelineMessage message = transport.Post(uri, json, patience.Idle, cancellationToken);
            message.BufferResponse = false;
            long start = clock.GetTimestamp();
            PipelineResponse response = transport.Send(message);
            if (response.IsError)
                throw FaultOf(uri, transport.ReplyOf(response, response.BufferContent(cancellationToken)));
            using CancellationTokenRegistration abandoned = cancellationToken.UnsafeRegister(static open => ((PipelineResponse)open!).Dispose(), response);
            return EventsOf(response.ContentStream!, uri, start, clock, cancellationToken);
        });

    /// <inheritdoc/>
    public void Dispose() => transport.Dispose();

    private static Task<T> OnItsOwnThreadAsync<T>(Func<T> send) => Task.Factory.StartNew(
        () => CollectionFree.Run(send), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private ImmutableArray<TimedEvent> EventsOf(Stream stream, Uri uri, long start, TimeProvider clock, CancellationToken cancellationToken)
    {
        var events = ImmutableArray.CreateBuilder<TimedEvent>();
        try
        {
            foreach (SseItem<byte[]> item in SseParser.Create(stream, (_, data) => data.ToArray()).Enumerate())
            {
                double seconds = clock.GetElapsedTime(start).TotalSeconds;

                // Read on to the end: a connection that is left before it must be opened anew within the next request's time.
                if (!item.Data.AsSpan().SequenceEqual("[DONE]"u8))
                    events.Add(new TimedEvent(item.Data, seconds));
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException fault)
        {
            throw new EndpointException($"{uri} was silent for {patience.Idle.TotalSeconds:0} seconds.", fault) { MayPass = true };
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException or ObjectDisposedException)
        {
            throw new EndpointException($"{uri} broke the stream off: {fault.Message}", fault) { MayPass = true };
        }

        return events.ToImmutable();
    }

    /// <summary>The server is healthy, and does what measuring asks of it.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var health = new Uri(Root, "health");
        EndpointReply reply = await GetAsync(health, cancellationToken);
        if (reply.Status >= 500)
            throw reply.Fault(health);
        if (Canary is not null)
        {
            await Canary(cancellationToken);
            return;
        }

        var models = new Uri(Api, "models");
        reply = await GetAsync(models, cancellationToken);
        if (!reply.IsSuccess)
            throw reply.Fault(models);
    }

    private EndpointException FaultOf(Uri uri, EndpointReply reply)
    {
        EndpointException fault = reply.Fault(uri);
        return Canary is not null && reply.Status is (401 or 403 or 404) ? new EndpointException(fault.Message) { Status = reply.Status, MayPass = true } : fault;
    }

    private async Task<EndpointReply> SendAsync(PipelineMessage message)
    {
        using (message)
        {
            PipelineResponse response = await transport.SendAsync(message);
            return transport.ReplyOf(response, response.Content);
        }
    }
}
