using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Calibration.Harness.Transport;

/// <summary>
/// Whether an https address is a server of plain http. Such a server waits for the end of a request while the client waits for the end of
/// the TLS handshake, and nothing in the client's error would say so.
/// </summary>
internal static class PlainHttpCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <exception cref="EndpointException">The address is https, and the server speaks plain http.</exception>
    internal static async Task RefuseAsync(Uri api, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (api.Scheme == Uri.UriSchemeHttps && !await TrySpeakAsync(SpeaksTlsAsync) && await TrySpeakAsync(SpeaksHttpAsync))
        {
            throw new EndpointException($"{api} speaks plain http, not https: try http://{api.Authority}{api.AbsolutePath.TrimEnd('/')}.");
        }

        async Task<bool> TrySpeakAsync(Func<Stream, string, CancellationToken, Task<bool>> speakAsync)
        {
            using var longest = new CancellationTokenSource(Longest, clock);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, longest.Token);
            bool spoke = await SpokeAsync(api, speakAsync, limit.Token);
            cancellationToken.ThrowIfCancellationRequested();
            return spoke;
        }
    }

    /// <summary>False also where nothing listens, or a proxy stands between: the request itself then says what is wrong.</summary>
    private static async Task<bool> SpokeAsync(
        Uri api, Func<Stream, string, CancellationToken, Task<bool>> speakAsync, CancellationToken limit)
    {
        try
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(api.Host, api.Port, limit);
            return await speakAsync(tcp.GetStream(), api.Host, limit);
        }
        catch (Exception fault) when (fault is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Only whether there is TLS: no request goes over this connection, so its certificate is not judged here.</summary>
    private static async Task<bool> SpeaksTlsAsync(Stream stream, string host, CancellationToken cancellationToken)
    {
#pragma warning disable CA5359 // The request's own connection judges the certificate.
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = (_, _, _, _) => true },
                cancellationToken);
#pragma warning restore CA5359
        return true;
    }

    private static async Task<bool> SpeaksHttpAsync(Stream stream, string host, CancellationToken cancellationToken)
    {
        await stream.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), cancellationToken);
        byte[] start = new byte[5];
        await stream.ReadExactlyAsync(start, cancellationToken);
        return start.AsSpan().SequenceEqual("HTTP/"u8);
    }
}
