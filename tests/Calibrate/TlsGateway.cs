using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Calibration.Tests.Calibrate;

/// <summary>
/// A gateway before a server, as a team has one: HTTPS with a certificate of its own, a key, a path of its own, and a second model.
/// </summary>
internal sealed class TlsGateway : IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private readonly X509Certificate2 _certificate = Certificate();
    private readonly WebApplication _application;
    private readonly Uri _server;
    private readonly string _key;

    private TlsGateway(Uri server, string key)
    {
        this._server = server;
        this._key = key;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate)));
        builder.Logging.ClearProviders();
        _application = builder.Build();
        _application.Run(HandleAsync);
    }

    internal Uri Api => new(_application.Urls.Single() + "/team/v1");

    internal string CertificatePem => _certificate.ExportCertificatePem();

    internal static async Task<TlsGateway> StartAsync(Uri server, string key)
    {
        var gateway = new TlsGateway(server, key);
        await gateway._application.StartAsync();
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _certificate.Dispose();
        _http.Dispose();
    }

    private static X509Certificate2 Certificate()
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=team gateway", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        if (context.Request.Headers.Authorization != $"Bearer {_key}" || !path.StartsWith("/team/", StringComparison.Ordinal))
        {
            context.Response.StatusCode = path.StartsWith("/team/", StringComparison.Ordinal) ? 401 : 404;
            return;
        }

        using var forwarded = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_server, path["/team".Length..]));
        if (context.Request.Method == "POST")
        {
            forwarded.Content = new StreamContent(context.Request.Body);
            forwarded.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        using HttpResponseMessage answer = await _http.SendAsync(
            forwarded, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        if (path == "/team/v1/models")
        {
            JsonNode models = JsonNode.Parse(await answer.Content.ReadAsStringAsync(context.RequestAborted))!;
            models["data"]!.AsArray().Add(new JsonObject { ["id"] = "another-model", ["owned_by"] = "vllm", ["max_model_len"] = 8192 });
            await context.Response.WriteAsync(models.ToJsonString(), context.RequestAborted);
            return;
        }

        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
