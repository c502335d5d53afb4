using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using OpenAI;

namespace Calibration.Harness;

/// <summary>
/// JSON over HTTP through the OpenAI SDK's pipeline: its authentication, retries and transport, but our own reading
/// of what comes back, because the SDK's typed models throw on what real servers send (docs/decisions.md).
/// </summary>
public sealed class EndpointClient : IDisposable
{
    /// <summary>A response may take this long: the longest thinking trace under load takes minutes.</summary>
    private static readonly TimeSpan ResponseLimit = TimeSpan.FromHours(1);

    private readonly HttpClient http;
    private readonly ClientPipeline pipeline;
    private readonly string? apiKey;

    /// <summary>Opens a client; nothing is sent yet.</summary>
    /// <param name="api">Address of the API, such as <c>http://host:8000/v1</c>.</param>
    /// <param name="apiKey">Bearer key, or null where the server wants none. Never logged.</param>
    /// <param name="retries">How often a request that may pass later is sent again, waiting 0.8, 1.6, 3.2 … seconds.</param>
    public EndpointClient(Uri api, string? apiKey, int retries)
    {
        ArgumentNullException.ThrowIfNull(api);
        this.apiKey = apiKey;
        Api = new Uri(api.AbsoluteUri.TrimEnd('/') + "/");
        Root = Api.AbsolutePath.EndsWith("/v1/", StringComparison.Ordinal) ? new Uri(Api, "../") : Api;
        http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = Timeout.InfiniteTimeSpan };
        var options = new OpenAIClientOptions
        {
            Endpoint = Api,
            RetryPolicy = new ClientRetryPolicy(retries),
            NetworkTimeout = ResponseLimit,
            Transport = new HttpClientPipelineTransport(http),
        };
        pipeline = new OpenAIClient(new ApiKeyCredential(string.IsNullOrEmpty(apiKey) ? "none" : apiKey), options).Pipeline;
    }

    /// <summary>Address of the API, with a slash at its end.</summary>
    public Uri Api { get; }

    /// <summary>Address of the server's routes beside the API (<c>/tokenize</c>, <c>/props</c>), with a slash at its end.</summary>
    public Uri Root { get; }

    /// <summary>Asks for a JSON document.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached.</exception>
    public async Task<EndpointReply> GetAsync(Uri uri, CancellationToken cancellationToken)
    {
        using PipelineMessage message = Message(uri, "GET", cancellationToken);
        return await SendAsync(message);
    }

    /// <summary>Sends JSON and waits for the whole response.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached.</exception>
    public async Task<EndpointReply> PostAsync(Uri uri, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using PipelineMessage message = Message(uri, "POST", cancellationToken);
        message.Request.Headers.Set("Content-Type", "application/json");
        message.Request.Content = BinaryContent.Create(BinaryData.FromBytes(json));
        return await SendAsync(message);
    }

    /// <summary>Sends JSON and yields the events of the streamed response as they arrive, until <c>[DONE]</c>.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached, refused, or broke the stream off.</exception>
    public async IAsyncEnumerable<byte[]> StreamAsync(
        Uri uri, ReadOnlyMemory<byte> json, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using PipelineMessage message = Message(uri, "POST", cancellationToken);
        message.BufferResponse = false;
        message.Request.Headers.Set("Content-Type", "application/json");
        message.Request.Content = BinaryContent.Create(BinaryData.FromBytes(json));
        PipelineResponse response = await ResponseOfAsync(message);
        if (response.IsError)
            throw new EndpointReply(response.Status, Redacted(await response.BufferContentAsync(cancellationToken))).Fault(uri);
        var events = SseParser.Create(response.ContentStream!, (_, data) => data.ToArray()).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (events)
        {
            while (await NextAsync(events, uri))
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

    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<byte[]>> events, Uri uri)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw new EndpointException($"{uri} broke the stream off: {fault.Message}", fault);
        }
    }

    private PipelineMessage Message(Uri uri, string method, CancellationToken cancellationToken)
    {
        PipelineMessage message = pipeline.CreateMessage(uri, method, PipelineMessageClassifier.Default);
        message.Apply(new RequestOptions { CancellationToken = cancellationToken, ErrorOptions = ClientErrorBehaviors.NoThrow });
        return message;
    }

    private async Task<EndpointReply> SendAsync(PipelineMessage message)
    {
        PipelineResponse response = await ResponseOfAsync(message);
        return new EndpointReply(response.Status, response.IsError ? Redacted(response.Content) : response.Content);
    }

    /// <summary>A proxy may echo a request's headers in its refusal; the key must not go on from there into a log.</summary>
    private BinaryData Redacted(BinaryData body) =>
        string.IsNullOrEmpty(apiKey) ? body : BinaryData.FromString(body.ToString().Replace(apiKey, "<key>", StringComparison.Ordinal));

    private async Task<PipelineResponse> ResponseOfAsync(PipelineMessage message)
    {
        try
        {
            await pipeline.SendAsync(message);
        }
        catch (OperationCanceledException) when (!message.CancellationToken.IsCancellationRequested)
        {
            throw new EndpointException($"{message.Request.Uri} did not answer within {ResponseLimit.TotalMinutes:0} minutes.");
        }
        catch (Exception fault) when (fault is ClientResultException or HttpRequestException or IOException or AggregateException)
        {
            throw new EndpointException($"{message.Request.Uri} cannot be reached: {Innermost(fault).Message.TrimEnd('.')}.", fault);
        }

        return message.Response!;
    }

    private static Exception Innermost(Exception fault) => fault.InnerException is { } inner ? Innermost(inner) : fault;
}

/// <summary>A whole HTTP response.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The body as it came.</param>
public sealed record EndpointReply(int Status, BinaryData Body)
{
    /// <summary>Whether the request was granted.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The refusal in one sentence, with the server's own words cut to a line.</summary>
    public EndpointException Fault(Uri uri)
    {
        string words = Encoding.UTF8.GetString(Body.ToMemory().Span[..Math.Min(Body.ToMemory().Length, 400)]).ReplaceLineEndings(" ");
        return new EndpointException(Status is 401 or 403
            ? $"{uri} refused the request (HTTP {Status}): give a valid key with --api-key-env or --api-key-file."
            : $"{uri} answered HTTP {Status}: {words}");
    }
}
