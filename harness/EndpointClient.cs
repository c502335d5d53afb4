using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using OpenAI;

namespace Calibration.Harness;

/// <summary>
/// JSON over HTTP through the OpenAI SDK's pipeline: its authentication and transport, but our own reading of what comes
/// back, because the SDK's typed models throw on what real servers send, and our own rules for asking again, because a
/// body that cannot be read is as much a fault as a status (docs/decisions.md).
/// </summary>
public sealed class EndpointClient : IDisposable
{
    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromMinutes(5);

    private readonly HttpClient http;
    private readonly ClientPipeline pipeline;
    private readonly string? apiKey;
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
        this.apiKey = apiKey;
        this.patience = patience;
        Api = new Uri(api.AbsoluteUri.TrimEnd('/') + "/");
        Root = Api.AbsolutePath.EndsWith("/v1/", StringComparison.Ordinal) ? new Uri(Api, "../") : Api;
        Slots = new RequestSlots(concurrency);
        http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = Timeout.InfiniteTimeSpan };
        var options = new OpenAIClientOptions
        {
            Endpoint = Api,
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = patience.Idle,
            Transport = new HttpClientPipelineTransport(http),
        };
        pipeline = new OpenAIClient(new ApiKeyCredential(string.IsNullOrEmpty(apiKey) ? "none" : apiKey), options).Pipeline;
        availability = new Availability(patience, TimeProvider.System, notices) { LookAsync = LookAsync };
    }

    /// <summary>Address of the API, with a slash at its end.</summary>
    public Uri Api { get; }

    /// <summary>Address of the server's routes beside the API (<c>/tokenize</c>, <c>/props</c>), with a slash at its end.</summary>
    public Uri Root { get; }

    /// <summary>Requests in flight at once.</summary>
    public RequestSlots Slots { get; }

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
        SendAsync(Message(uri, "GET", patience.Idle, cancellationToken));

    /// <summary>Sends JSON, once, and waits for the whole response.</summary>
    /// <param name="uri">Where to.</param>
    /// <param name="json">The body.</param>
    /// <param name="tokens">Most tokens that the response may take to generate.</param>
    /// <param name="cancellationToken">Abandons the request.</param>
    /// <exception cref="EndpointException">The endpoint cannot be reached, or was silent for too long.</exception>
    public Task<EndpointReply> PostAsync(Uri uri, ReadOnlyMemory<byte> json, int tokens, CancellationToken cancellationToken) =>
        SendAsync(Post(uri, json, patience.LimitFor(tokens), cancellationToken));

    /// <summary>The same for a generation. The endpoint has served this model before: a refusal of the key or the model may pass, too.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached, was silent for too long, or refused.</exception>
    internal async Task<ReadOnlyMemory<byte>> GenerateAsync(Uri uri, ReadOnlyMemory<byte> json, int tokens, CancellationToken cancellationToken)
    {
        EndpointReply reply = await PostAsync(uri, json, tokens, cancellationToken);
        return reply.IsSuccess ? reply.Body.ToMemory() : throw FaultOf(uri, reply);
    }

    /// <summary>Sends JSON, once, and yields the events of the streamed response as they arrive, until <c>[DONE]</c>.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached, refused, broke the stream off, or was silent for too long.</exception>
    public async IAsyncEnumerable<byte[]> StreamAsync(
        Uri uri, ReadOnlyMemory<byte> json, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using PipelineMessage message = Post(uri, json, patience.Idle, cancellationToken);
        message.BufferResponse = false;
        PipelineResponse response = await ResponseOfAsync(message);
        if (response.IsError)
            throw FaultOf(uri, ReplyOf(response, await response.BufferContentAsync(cancellationToken)));
        var events = SseParser.Create(response.ContentStream!, (_, data) => data.ToArray()).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (events)
        {
            while (await NextAsync(events, uri, cancellationToken))
            {
                byte[] data = events.Current.Data;
                if (data.AsSpan().SequenceEqual("[DONE]"u8))
                    yield break;
                yield return data;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<bool> NextAsync(IAsyncEnumerator<SseItem<byte[]>> events, Uri uri, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EndpointException($"{uri} was silent for {patience.Idle.TotalSeconds:0} seconds.", fault) { MayPass = true };
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw new EndpointException($"{uri} broke the stream off: {fault.Message}", fault) { MayPass = true };
        }
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

    private PipelineMessage Post(Uri uri, ReadOnlyMemory<byte> json, TimeSpan limit, CancellationToken cancellationToken)
    {
        PipelineMessage message = Message(uri, "POST", limit, cancellationToken);
        message.Request.Headers.Set("Content-Type", "application/json");
        message.Request.Content = BinaryContent.Create(BinaryData.FromBytes(json));
        return message;
    }

    private PipelineMessage Message(Uri uri, string method, TimeSpan limit, CancellationToken cancellationToken)
    {
        PipelineMessage message = pipeline.CreateMessage(uri, method, PipelineMessageClassifier.Default);
        message.Apply(new RequestOptions { CancellationToken = cancellationToken, ErrorOptions = ClientErrorBehaviors.NoThrow });
        message.NetworkTimeout = limit;
        return message;
    }

    private async Task<EndpointReply> SendAsync(PipelineMessage message)
    {
        using (message)
        {
            PipelineResponse response = await ResponseOfAsync(message);
            return ReplyOf(response, response.Content);
        }
    }

    /// <summary>A proxy may echo a request's headers in its refusal; the key must not go on from there into a log.</summary>
    private EndpointReply ReplyOf(PipelineResponse response, BinaryData body)
    {
        if (!response.IsError)
            return new EndpointReply(response.Status, body);
        BinaryData redacted = string.IsNullOrEmpty(apiKey) ? body : BinaryData.FromString(body.ToString().Replace(apiKey, "<key>", StringComparison.Ordinal));
        return new EndpointReply(response.Status, redacted, RetryAfterOf(response));
    }

    /// <summary>Seconds, or a date; never longer than five minutes, whatever a proxy says.</summary>
    private static TimeSpan? RetryAfterOf(PipelineResponse response)
    {
        if (!response.Headers.TryGetValue("Retry-After", out string? text) || text is null)
            return null;
        TimeSpan? asked = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0 and < 1e6 ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset then) ? then - DateTimeOffset.UtcNow
            : null;
        return asked > LongestAskedFor ? LongestAskedFor : asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }

    private async Task<PipelineResponse> ResponseOfAsync(PipelineMessage message)
    {
        try
        {
            await pipeline.SendAsync(message);
        }
        catch (OperationCanceledException fault) when (!message.CancellationToken.IsCancellationRequested)
        {
            throw new EndpointException($"{message.Request.Uri} did not answer within {message.NetworkTimeout?.TotalSeconds:0} seconds.", fault) { MayPass = true };
        }
        catch (Exception fault) when (fault is ClientResultException or HttpRequestException or IOException or AggregateException)
        {
            throw new EndpointException($"{message.Request.Uri} cannot be reached: {Innermost(fault).Message.TrimEnd('.')}.", fault) { MayPass = true };
        }

        return message.Response!;
    }

    private static Exception Innermost(Exception fault) => fault.InnerException is { } inner ? Innermost(inner) : fault;
}
