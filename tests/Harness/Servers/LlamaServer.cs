using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Calibration.Tests.Harness.Servers;

/// <summary>
/// A real llama.cpp server on a free loopback port, started with the model that a test names. Its tests are in two collections, "llama.cpp"
/// and "llama.cpp 2", so that at most two servers run at once.
/// </summary>
internal sealed class LlamaServer : IAsyncDisposable
{
    private readonly Process _process;

    private LlamaServer(Process process, Uri api) => (this._process, Api) = (process, api);

    internal Uri Api { get; }

    /// <summary>
    /// Starts the server (one thread: more would wait for each other on a busy machine) and waits until it is healthy; skips the test
    /// where it is not installed.
    /// </summary>
    internal static async Task<LlamaServer> StartAsync(string model, int slots, int contextPerSlot, params string[] arguments)
    {
        string executable = Environment.GetEnvironmentVariable("LLAMA_SERVER") ?? "/opt/llama-server/llama-server";
        Assert.SkipUnless(
            File.Exists(executable),
            $"No llama.cpp server is installed at {executable} (.ci/run installs one; LLAMA_SERVER names another).");
        int port = FreePort();
        string path = Repository.Shared(model);
        var process = Process.Start(new ProcessStartInfo(
            executable,
            ["-m", path, "--host", "127.0.0.1", "--port", $"{port}", "-c", $"{slots * contextPerSlot}", "-np", $"{slots}", "-t", "1",
                "--no-webui", .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new LlamaServer(process, new Uri($"http://127.0.0.1:{port}/v1"));
        await server.WaitUntilHealthyAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitUntilHealthyAsync()
    {
        using var http = new HttpClient();
        for (int attempt = 0; attempt < 300; attempt++)
        {
            Assert.False(_process.HasExited, "The llama.cpp server ended while it was starting.");
            try
            {
                if ((await http.GetAsync(new Uri(Api, "/health"))).IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(100);
        }

        Assert.Fail("The llama.cpp server was not healthy within 30 seconds.");
    }
}
