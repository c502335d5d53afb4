using System.Diagnostics;
using System.Text;
using Calibration.Endpoint;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>The real command as a process against HTTPS, with a key from a file, a path of the gateway's own and several models.</summary>
public sealed class TlsTests : IDisposable
{
    private const string Key = "sk-team-77e0c2";

    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Measure_HttpsWithKeyFile_MeasuresAndWritesTheKeyNowhere()
    {
        (int code, string said) = await MeasureAsync(Key, isTrusted: true, "--model", "simulated-qwen3-8b");
        Assert.True(code == 0, said);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(Path.Combine(_root, "runs"))));
        Assert.StartsWith("https://127.0.0.1:", folder.ReadManifest().Endpoint.Url, StringComparison.Ordinal);
        Assert.EndsWith("/team/v1/", folder.ReadManifest().Endpoint.Url, StringComparison.Ordinal);
        List<Trial> trials = await folder.Trials.ReadAsync().ToListAsync(Cancelled);
        Assert.Equal(12, trials.Count);
        Assert.All(trials, trial => Assert.True(trial.IsUsable, trial.Reason));
        Assert.DoesNotContain(Key, said, StringComparison.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(Key, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancelled)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk-wrong", true, "simulated-qwen3-8b", "HTTP 401")]
    [InlineData(Key, false, "simulated-qwen3-8b", "certificate")]
    [InlineData(Key, true, "", "serves 2 models (simulated-qwen3-8b, another-model): name one with --model")]
    [InlineData(Key, true, "third-model", "it serves simulated-qwen3-8b, another-model")]
    public async Task Measure_WhatIsWrong_IsOneSentence(string key, bool isTrusted, string model, string expected)
    {
        (int code, string said) = await MeasureAsync(key, isTrusted, model.Length > 0 ? ["--model", model] : []);
        Assert.Equal(1, code);
        Assert.Contains(expected, Assert.Single(said.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain(key, said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_root, "runs")));
    }

    private async Task<(int Code, string Said)> MeasureAsync(string key, bool isTrusted, params string[] model)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SSL_CERT_FILE names the trusted certificates on Linux only.");
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [] }, Cancelled);
        await using TlsGateway gateway = await TlsGateway.StartAsync(endpoint.BaseAddress, Key);
        string keyFile = Path.Combine(_root, "key"), trusted = Path.Combine(_root, "trusted.pem");
        await File.WriteAllTextAsync(keyFile, key + "\n", Cancelled);
        await File.WriteAllTextAsync(trusted, gateway.CertificatePem, Cancelled);
        var start = new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "calibrate.dll"), "measure", "--endpoint", gateway.Api.ToString(), "--api-key-file",
                    keyFile, .. model, "--samples", "--datasets", "arc",
                "--items", "6", "--runs", "1", "--budgets", "0,64", "--latency-items", "2", "--out", Path.Combine(_root, "runs"),
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (isTrusted)
            start.Environment["SSL_CERT_FILE"] = trusted;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(Cancelled);
        string error = await process.StandardError.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        return (process.ExitCode, await output + error);
    }
}
