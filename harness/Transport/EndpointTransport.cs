using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using OpenAI;

namespace Calibration.Harness.Transport;

/// <summary>
/// The OpenAI SDK's pipeline to one API: messages, their sending, and what went wrong with it in one sentence without the key.
/// </summary>
internal sealed class EndpointTransport : IDisposable
{
    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly ClientPipeline _pipeline;
    private readonly string? _apiKey;
    private readonly TimeProvider _clock;

    internal EndpointTransport(Uri api, EndpointClientOptions options)
    {
        (_apiKey, _clock) = (options.ApiKey, options.Clock);
        _http = new HttpClient(options.Handler ?? new SocketsHttpHandler { ConnectTimeout = ConnectLimit })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        Api = new Uri(api.AbsoluteUri.TrimEnd('/') + "/");
        Root = Api.AbsolutePath.EndsWith("/v1/", StringComparison.Ordinal) ? new Uri(Api, "../") : Api;
        var pipeline = new OpenAIClientOptions
        {
            Endpoint = Api,
            RetryPolicy = new ClientRetryPolicy(0),
            Transport = new HttpClientPipelineTransport(_http),
        };
        _pipeline = new OpenAIClient(new ApiKeyCredential(string.IsNullOrEmpty(_apiKey) ? "none" : _apiKey), pipeline).Pipeline;
    }

    /// <summary>Address of the API, with a slash at its end.</summary>
    internal Uri Api { get; }

    /// <summary>Address of the server's routes beside the API (<c>/tokenize</c>, <c>/props</c>), with a slash at its end.</summary>
    internal Uri Root { get; }

    public void Dispose() => _http.Dispose();

    /// <summary>Asks for a document, once.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached.</exception>
    internal Task<EndpointReply> GetAsync(Uri uri, TimeSpan limit, CancellationToken cancellationToken) =>
        ReplyToAsync(Message(uri, "GET", limit, cancellationToken));

    /// <summary>Sends a message, once, and waits for the complete response.</summary>
    /// <exception cref="EndpointException">The endpoint cannot be reached.</exception>
    internal async Task<EndpointReply> ReplyToAsync(LimitedMessage message)
    {
        using (message)
        {
            PipelineResponse response = await SendAsync(message);
            return ReplyOf(response, response.Content);
        }
    }

    internal LimitedMessage Post(Uri uri, ReadOnlyMemory<byte> json, TimeSpan limit, CancellationToken cancellationToken)
    {
        LimitedMessage message = Message(uri, "POST", limit, cancellationToken);
        message.Content.Request.Headers.Set("Content-Type", "application/json");
        message.Content.Request.Content = BinaryContent.Create(BinaryData.FromBytes(json));
        return message;
    }

    private LimitedMessage Message(Uri uri, string method, TimeSpan limit, CancellationToken cancellationToken) =>
        new(_pipeline.CreateMessage(uri, method, PipelineMessageClassifier.Default), limit, _clock, cancellationToken);

    /// <summary>A proxy may echo a request's headers in its refusal; the key must not go on from there into a log.</summary>
    internal EndpointReply ReplyOf(PipelineResponse response, BinaryData body)
    {
        if (!response.IsError)
            return new EndpointReply(response.Status, body);
        BinaryData redacted = string.IsNullOrEmpty(_apiKey)
            ? body
            : BinaryData.FromString(body.ToString().Replace(_apiKey, "<key>", StringComparison.Ordinal));
        return new EndpointReply(response.Status, redacted, RetryAfterOf(response));
    }

    /// <summary>Seconds, or a date; never longer than five minutes, whatever a proxy says.</summary>
    private TimeSpan? RetryAfterOf(PipelineResponse response)
    {
        if (!response.Headers.TryGetValue("Retry-After", out string? text) || text is null)
            return null;
        TimeSpan? asked = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            && seconds is >= 0 and < 1e6
                ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset then)
            ? then - _clock.GetUtcNow()
            : null;
        return asked > LongestAskedFor ? LongestAskedFor : asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }

    private async Task<PipelineResponse> SendAsync(LimitedMessage message)
    {
        try
        {
            await _pipeline.SendAsync(message.Content);
        }
        catch (Exception fault) when (FaultOf(fault, message) is { } passing)
        {
            throw passing;
        }

        return message.Content.Response!;
    }

    internal PipelineResponse Send(LimitedMessage message)
    {
        try
        {
            _pipeline.Send(message.Content);
        }
        catch (Exception fault) when (FaultOf(fault, message) is { } passing)
        {
            throw passing;
        }

        return message.Content.Response!;
    }

    /// <summary>
    /// What broke in the transport, in one sentence; a request that was abandoned is no fault, however it broke. Null for what is thrown
    /// on as it is.
    /// </summary>
    private static Exception? FaultOf(Exception fault, LimitedMessage message) => fault switch
    {
        OperationCanceledException when message.IsAbandoned => null,
        _ when message.IsAbandoned => new OperationCanceledException(fault.Message, fault, message.Asker),
        OperationCanceledException when Innermost(fault) is TimeoutException { Message: var words }
            && words.Contains("ConnectTimeout", StringComparison.Ordinal) =>
            new EndpointException(
                $"{message.Uri} cannot be reached: no connection within {ConnectLimit.TotalSeconds:0} seconds.", fault)
            {
                MayPass = true,
                IsUnreachable = true,
            },
        _ when message.IsOverdue || fault is OperationCanceledException => new EndpointException(
            $"{message.Uri} did not answer within {message.Limit.TotalSeconds:0} seconds.", fault)
        {
            MayPass = true,
        },
        ClientResultException or HttpRequestException or IOException or AggregateException =>
            new EndpointException($"{message.Uri} cannot be reached: {Innermost(fault).Message.TrimEnd('.')}.", fault)
            {
                MayPass = true,
                IsUnreachable = true,
            },
        _ => null,
    };

    private static Exception Innermost(Exception fault) => fault.InnerException is { } inner ? Innermost(inner) : fault;
}
