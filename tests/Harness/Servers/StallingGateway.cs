using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Calibration.Tests.Harness.Servers;

/// <summary>Passes bytes on as they come, and keeps a request back for as long as the test says.</summary>
internal sealed class StallingGateway : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    internal StallingGateway(Uri server, Func<string, TimeSpan> stallOf)
    {
        _listener.Start();
        Api = new UriBuilder(server) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _accepting = AcceptAsync(server, stallOf);
    }

    internal Uri Api { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Uri server, Func<string, TimeSpan> stallOf)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ConnectAsync(await _listener.AcceptTcpClientAsync(_stop.Token), server, stallOf));
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ConnectAsync(TcpClient client, Uri server, Func<string, TimeSpan> stallOf)
    {
        using (client)
        using (var upstream = new TcpClient { NoDelay = true })
        {
            client.NoDelay = true;
            await upstream.ConnectAsync(server.Host, server.Port, _stop.Token);
            await Task.WhenAny(
                PumpAsync(client.GetStream(), upstream.GetStream(), stallOf),
                PumpAsync(upstream.GetStream(), client.GetStream(), _ => TimeSpan.Zero));
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Func<string, TimeSpan> stallOf)
    {
        byte[] buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _stop.Token) is var read and > 0)
        {
            await Task.Delay(stallOf(Encoding.UTF8.GetString(buffer, 0, read)), _stop.Token);
            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
