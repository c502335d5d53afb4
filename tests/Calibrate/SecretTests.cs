using System.Net;
using System.Net.Sockets;
using System.Text;
using Calibration.Endpoint;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>An API key reaches the endpoint and nothing else.</summary>
public sealed class SecretTests : IDisposable
{
    private const string Variable = "CALIBRATION_TEST_KEY";
    private const string Key = "sk-very-secret-5f1c";

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public SecretTests() => Environment.SetEnvironmentVariable(Variable, Key);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Run_WithKey_WritesItNowhere()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [] }, TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync(
            "run",
            "--endpoint",
            endpoint.BaseAddress.ToString(),
            "--samples",
            "--api-key-env",
            Variable,
            "--datasets",
            "arc",
            "--items",
            "6",
            "--runs",
            "1",
            "--latency-items",
            "2",
            "--out",
            _root);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.DoesNotContain(Key, run.Output + run.Error, StringComparison.Ordinal);
        foreach (string file in Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(
                Key,
                Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)),
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("401 Unauthorized")]
    [InlineData("418 I'm a teapot")]
    public async Task Run_RefusalThatEchoesTheKey_IsRedacted(string status)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<string> heard = AnswerAsync(listener, status);
        CommandRun run = await CommandRun.OfAsync(
            "run",
            "--endpoint",
            $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1",
            "--samples",
            "--api-key-env",
            Variable,
            "--datasets",
            "arc",
            "--out",
            _root);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(Key, await heard, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, run.Output + run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    private static async Task<string> AnswerAsync(TcpListener listener, string status)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        var buffer = new byte[16_384];
        int length = await stream.ReadAsync(buffer);
        string heard = Encoding.ASCII.GetString(buffer, 0, length);
        byte[] body = Encoding.ASCII.GetBytes("you sent " + heard);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(body);
        return heard;
    }
}
