using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Calibration.Tests.Datasets;

/// <summary>A real HTTP server on loopback that answers as a test scripts it: byte for byte, also with broken connections.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<Request, byte[]> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Raw bytes of the whole answer to a request; the connection is closed after them.</param>
    public ScriptedServer(Func<Request, byte[]> answer)
    {
        this._answer = answer;
        _listener.Start();
        _loop = RunAsync();
    }

    public ConcurrentQueue<Request> Requests { get; } = new();

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public static byte[] Ok(byte[] body, string headers = "") => Answer("200 OK", headers, body);

    public static byte[] Status(string status, string headers = "") => Answer(status, headers, []);

    /// <summary>Announces the whole body and sends half of it.</summary>
    public static byte[] Half(byte[] body)
    {
        byte[] whole = Ok(body);
        return whole[..^(body.Length / 2)];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _listener.Dispose();
        _stop.Dispose();
    }

    private static byte[] Answer(string status, string headers, byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{headers}\r\n"), .. body];

    private async Task RunAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await ServeAsync(client.GetStream());
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        try
        {
            Request? request = await ReadAsync(stream);
            if (request is null) return;
            Requests.Enqueue(request);
            await stream.WriteAsync(_answer(request), _stop.Token);
            // The end of the answer is announced and the client closes first: closing at once may reset what it has not read yet.
            stream.Socket.Shutdown(SocketShutdown.Send);
            while (await stream.ReadAsync(new byte[256], _stop.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The client went away.
        }
    }

    private async Task<Request?> ReadAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0) return null;
            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n");
        string? Header(string name) => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        byte[] body = new byte[int.Parse(Header("Content-Length:")?.Split(':')[1] ?? "0", CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new(lines[0].Split(' ')[1], Header("Authorization:"), body);
    }

    /// <summary>A request as received.</summary>
    public sealed record Request(string Path, string? Authorization, byte[] Body);
}
