using System.Net;
using System.Text.Json;
using Calibration.Endpoint.Faults;
using Calibration.Endpoint.Model;
using Calibration.Endpoint.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Calibration.Endpoint;

/// <summary>
/// An OpenAI-compatible server of a simulated reasoning model on the loopback interface: the default endpoint where there is no GPU. Its
/// extensions (token ids, <c>min_tokens</c>, <c>stop_token_ids</c>, tokenize) are vLLM's.
/// </summary>
public sealed class EmbeddedEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CompletionRoute _completions;
    private readonly FaultInjection? _faults;

    private EmbeddedEndpoint(WebApplication app, CompletionRoute completions, FaultInjection? faults) =>
        (this._app, this._completions, this._faults) = (app, completions, faults);

    /// <summary>Address of the API, such as <c>http://127.0.0.1:41234/v1</c>.</summary>
    public Uri BaseAddress => new(_app.Urls.First() + "/v1");

    /// <summary>Starts serving.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<EmbeddedEndpoint> StartAsync(EndpointOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();

        // A response is on its way when its flush ends, so that the log shows when it was sent.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, options.Port, listen => listen.Protocols = HttpProtocols.Http1));
        WebApplication app = builder.Build();
        var completions = new CompletionRoute(options);
        FaultInjection? faults = options.Faults is { } mix ? new FaultInjection(mix) : null;
        app.MapGet("/health", () => Results.Ok());
        app.MapGet(
            "/version",
            () =>
                Results.Json(
                    new
                    {
                        version = options.AsVllm
                        ? VllmShape.Version : typeof(EmbeddedEndpoint).Assembly.GetName().Version!.ToString(3)
                    }));
        app.MapGet("/v1/models", () => options.AsVllm ? VllmShape.Models(options) : Models(options));
        app.MapGet("/metrics", completions.WriteMetricsAsync);
        app.MapPost("/v1/completions", Faulty(completions.HandleAsync));
        app.MapPost("/tokenize", Faulty(context => TokenizeAsync(context, options)));
        app.MapPost("/detokenize", Faulty(DetokenizeAsync));
        await app.StartAsync(cancellationToken);
        return new EmbeddedEndpoint(app, completions, faults);

        RequestDelegate Faulty(RequestDelegate route) => faults is null ? route : context => faults.InvokeAsync(context, route);
    }

    /// <summary>Requests that got a fault on purpose.</summary>
    public long FaultCount => _faults?.Count ?? 0;

    /// <summary>Requests that were refused for what they asked (not those that found the queue full).</summary>
    public long RefusedCount => _completions.RefusedCount;

    /// <summary>Tokens that were generated so far, also for requests that were given up.</summary>
    public long GeneratedTokens => _completions.GeneratedTokens;

    /// <summary>Seconds that slots have worked, summed over the slots.</summary>
    public double BusySlotSeconds => _completions.BusySlotSeconds;

    /// <summary>Serves until cancelled.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _completions.Dispose();
    }

    private static IResult Models(EndpointOptions options) => Results.Json(new
    {
        @object = "list",
        data = new[]
        {
            new { id = options.Model, @object = "model", owned_by = "calibration", max_model_len = options.ReportedContextTokens
                ?? options.ContextTokens, simulated = true, paced = options.IsRealTime },
        },
    });

    private static async Task TokenizeAsync(HttpContext context, EndpointOptions options)
    {
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body);
        string text = body.RootElement.TryGetProperty("messages", out JsonElement messages)
            ? ChatTemplate.Render(messages, body.RootElement)
            : body.RootElement.GetProperty("prompt").GetString()!;
        List<int> ids = ByteTokenizer.Encode(text);
        await context.Response.WriteAsJsonAsync(
            new
            {
                count = ids.Count,
                max_model_len = options.ReportedContextTokens ?? options.ContextTokens,
                tokens = ids,
                token_strs = (string[]?)null
            });
    }

    private static async Task DetokenizeAsync(HttpContext context)
    {
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body);
        int[] ids = body.RootElement.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32()).ToArray();
        await context.Response.WriteAsJsonAsync(new { prompt = ByteTokenizer.Decode(ids) });
    }
}
