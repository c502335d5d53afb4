using System.Net;

namespace Calibration.Tests.Harness.Transport;

/// <summary>Answers at once, in the client's own process, as a test says.</summary>
/// <param name="answer">The answer to a path; null for silence.</param>
internal sealed class AnsweringHandler(Func<string, HttpResponseMessage?> answer) : HttpMessageHandler
{
    internal static HttpResponseMessage Status(HttpStatusCode status) => new(status) { Content = new StringContent("{}") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (answer(request.RequestUri!.AbsolutePath) is { } given)
            return given;
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("Silence has no end.");
    }
}
