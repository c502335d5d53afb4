using System.Diagnostics;
using Calibration.Endpoint;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>The real command as a process, stopped by signals.</summary>
public sealed class InterruptionTests : IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Signal_WhileMeasuring_FlushesAndPrintsHowToResume(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        await using EmbeddedEndpoint endpoint = await StallingAsync();
        using Process process = Start(endpoint);
        Task<string> error = process.StandardError.ReadToEndAsync(Cancelled);
        string folder = await MeasuringAsync();
        long start = Stopwatch.GetTimestamp();
        Send(signal, process);
        await process.WaitForExitAsync(Cancelled);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains($"calibrate run --resume {folder}", await error, StringComparison.Ordinal);
        Assert.NotEmpty(RunFolder.Open(folder).Service.ReadJournal());
    }

    [Fact]
    public async Task Signal_Twice_StopsAtOnce()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        await using EmbeddedEndpoint endpoint = await StallingAsync();
        using Process process = Start(endpoint);
        await MeasuringAsync();
        Send("INT", process);
        Send("INT", process);
        await process.WaitForExitAsync(Cancelled);
        Assert.Equal(130, process.ExitCode);
    }

    private static Task<EmbeddedEndpoint> StallingAsync() =>
        EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [], MinServiceTime = TimeSpan.FromSeconds(0.1) }, Cancelled);

    private Process Start(EmbeddedEndpoint endpoint) => Process.Start(new ProcessStartInfo(
        "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "calibrate.dll"), "measure", "--endpoint", endpoint.BaseAddress.ToString(), "--samples",
            "--datasets", "arc", "--out", _root])
    {
        RedirectStandardError = true,
    })!;

    private async Task<string> MeasuringAsync()
    {
        while (Directory.EnumerateFiles(_root, "service.jsonl", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) == 0)
            await Task.Delay(20, Cancelled);
        return Assert.Single(Directory.GetDirectories(_root));
    }

    private static void Send(string signal, Process process)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
