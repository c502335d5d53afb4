using System.Diagnostics;
using System.Text.Json;
using Calibration.Endpoint;
using Calibration.Results;

namespace Calibration.Tests.Endpoint;

/// <summary>A paced embedded endpoint in a process of its own, as a server is, with its own log.</summary>
internal sealed class EndpointProcess : IDisposable
{
    private readonly string log = Path.GetTempFileName();
    private readonly Process process;

    private EndpointProcess() => process = Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "calibrate.dll"), "endpoint", "--pace", "--log", log])
    { RedirectStandardOutput = true })!;

    internal Uri Api { get; private set; } = null!;

    internal static async Task<EndpointProcess> StartAsync()
    {
        var endpoint = new EndpointProcess();
        string? line = await endpoint.process.StandardOutput.ReadLineAsync();
        endpoint.Api = new Uri(line!.Split(' ')[^1]);
        return endpoint;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        File.Delete(log);
    }

    /// <summary>The requests that were served so far.</summary>
    internal ServedRequest[] Served()
    {
        using var file = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<ServedRequest>(line, ResultsJson.Line)!)];
    }
}
