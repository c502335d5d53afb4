using System.Net;
using System.Net.Http.Headers;

namespace Calibration.Datasets.Pulling;

/// <summary>An attempt failed in a way that another attempt may mend.</summary>
internal sealed class PullFault : Exception
{
    public PullFault(string message, Exception? inner = null, TimeSpan? retryAfter = null)
        : base(message, inner) => RetryAfter = retryAfter;

    /// <summary>The wait that the server asked for.</summary>
    public TimeSpan? RetryAfter { get; }
}

/// <summary>
/// One GET of a hub file. Redirects are followed here rather than by the handler, because the token must go to the hub on every hop
/// within it, and never to another host.
/// </summary>
internal sealed class HubRequest(HttpClient http, PullOptions options, TimeProvider time)
{
    private const int MaxRedirects = 10;

    /// <summary>The address of a file.</summary>
    public Uri Address(HubSource source, HubFile file)
    {
        string root = options.Endpoint.AbsoluteUri.TrimEnd('/');
        return new($"{root}/datasets/{source.Repository}/resolve/{Uri.EscapeDataString(file.Revision)}/{file.Path}");
    }

    /// <summary>Sends the request and follows redirects.</summary>
    /// <returns>The final response with its body unread, and the SHA-256 that the hub announced on the way, where it did.</returns>
    /// <exception cref="PullFault">The connection failed, or there were too many redirects.</exception>
    public async Task<(HttpResponseMessage Response, string? Sha256)> SendAsync(Uri address, CancellationToken cancellationToken)
    {
        string? sha256 = null;
        for (int hop = 0; hop <= MaxRedirects; hop++)
        {
            HttpResponseMessage response = await SendOnceAsync(address, cancellationToken);
            sha256 ??= LinkedHash(response);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)) return (response, sha256);
            Uri? next = response.Headers.Location;
            response.Dispose();
            if (next is null) throw new PullFault("the server redirects to nowhere");
            Uri target = next.IsAbsoluteUri ? next : new Uri(address, next);
            if (target.Scheme != address.Scheme && target.Scheme != Uri.UriSchemeHttps) throw new PullFault(
                "the server redirects to an address that is not encrypted");
            address = target;
        }

        throw new PullFault($"the server redirects more than {MaxRedirects} times");
    }

    /// <summary>How long the server asks to wait; null where it does not say.</summary>
    public TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        return header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Uri address, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        if (options.Token is { } token && IsHub(address)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw new PullFault($"{address.Host} cannot be reached ({Reason(error)})", error);
        }
    }

    private bool IsHub(Uri address) =>
        Uri.Compare(address, options.Endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static string Reason(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its name is not known: is this machine offline?",
        HttpRequestError.ConnectionError => "no connection: is this machine offline?",
        HttpRequestError.SecureConnectionError => "no secure connection",
        HttpRequestError.ResponseEnded => "the connection broke",
        _ => "the request failed",
    };

    private static string? LinkedHash(HttpResponseMessage response)
    {
        string? tag = response.Headers.TryGetValues("X-Linked-Etag", out IEnumerable<string>? values) ? values.First().Trim('"') : null;
        return tag is { Length: 64 } && tag.All(char.IsAsciiHexDigit) ? tag.ToLowerInvariant() : null;
    }
}
