using System.Diagnostics;
using System.Text.Json;
using Calibration.Endpoint;
using Calibration.Results;

namespace Calibration.Tests.Endpoint;

/// <summary>A paced embedded endpoint in a process of its own, as a server is, with its own log. It stands for another machine.</summary>
internal sealed class EndpointProcess : IDisposable
{
    private readonly string _log = Path.GetTempFileName();
    private readonly Process _process;

    private EndpointProcess(bool isTimed)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "calibrate.dll"), "endpoint", "--pace", "--log", _log];

        // One that only gives load leaves the processors to the others, since it would have its own; one that is timed makes no pause
        // of its own.
        if (!isTimed && !OperatingSystem.IsWindows())
            command = ["nice", "-n", "19", .. command];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        if (isTimed)
            start.Environment["DOTNET_GCgen0size"] = "10000000";
        _process = Process.Start(start)!;
    }

    internal Uri Api { get; private set; } = null!;

    internal static async Task<EndpointProcess> StartAsync(bool isTimed)
    {
        var endpoint = new EndpointProcess(isTimed);
        string? line = await endpoint._process.StandardOutput.ReadLineAsync();
        endpoint.Api = new Uri(line!.Split(' ')[^1]);
        return endpoint;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_log);
    }

    /// <summary>The requests that were served so far.</summary>
    internal ServedRequest[] Served()
    {
        using var file = new StreamReader(new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return
        [
            .. file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
                JsonSerializer.Deserialize<ServedRequest>(line, ResultsJson.Line)!),
        ];
    }
}
