using Calibration.Tests.Datasets;

namespace Calibration.Tests.Harness.Transport;

/// <summary>
/// A gateway in front of a real server: it forwards requests one at a time, and a test may answer or change what it likes.
/// </summary>
internal static class Gateway
{
    /// <summary>Starts one.</summary>
    /// <param name="server">Address of the server, with or without <c>/v1</c>.</param>
    /// <param name="answer">The gateway's own answer; null forwards the request.</param>
    /// <param name="change">What it makes of the server's answer.</param>
    internal static ScriptedServer Start(
        Uri server, Func<ScriptedServer.Request, byte[]?>? answer = null, Func<ScriptedServer.Request, byte[], byte[]>? change = null)
    {
        var http = new HttpClient();
        return new ScriptedServer(request => answer?.Invoke(request) ?? Forwarded(http, server, request, change));
    }

    /// <summary>A refusal in vLLM's shape.</summary>
    internal static byte[] Refusal(string message)
    {
        byte[] body = System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"error":{"message":"{{{message}}}","type":"BadRequestError","param":null,"code":400}}""");
        return
        [
            .. System.Text.Encoding.ASCII.GetBytes(
                $"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"),
            .. body,
        ];
    }

    private static byte[] Forwarded(
        HttpClient http, Uri server, ScriptedServer.Request request, Func<ScriptedServer.Request, byte[], byte[]>? change)
    {
        using var asked = new HttpRequestMessage(request.Body.Length > 0 ? HttpMethod.Post : HttpMethod.Get, new Uri(server, request.Path));
        if (request.Body.Length > 0)
        {
            asked.Content = new ByteArrayContent(request.Body);
            asked.Content.Headers.Add("Content-Type", "application/json");
        }

        using HttpResponseMessage answer = http.Send(asked);
        using var body = new MemoryStream();
        answer.Content.ReadAsStream().CopyTo(body);
        byte[] bytes = change?.Invoke(request, body.ToArray()) ?? body.ToArray();
        return answer.IsSuccessStatusCode ? ScriptedServer.Ok(bytes) : ScriptedServer.Status($"{(int)answer.StatusCode} Refused");
    }
}
