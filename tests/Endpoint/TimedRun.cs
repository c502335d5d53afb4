using Calibration.Endpoint;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Harness;
using Xunit;

namespace Calibration.Tests.Endpoint;

/// <summary>
/// A run on an endpoint of another process whose latency pass is repeated. The first pass is not used: client and server compile in it.
/// </summary>
internal sealed class TimedRun : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;
    private readonly OwnTask _task = new(OwnTask.Scripts);
    private readonly EndpointProcess _endpoint;
    private string? _folder;

    private TimedRun(EndpointProcess endpoint) => _endpoint = endpoint;

    internal static async Task<TimedRun> StartAsync(EndpointProcess endpoint)
    {
        var run = new TimedRun(endpoint);
        await SucceedAsync(
            "measure", "--endpoint", endpoint.Api.ToString(), "--out", run._root, "--task", $"own={run._task.Path}", "--runs", "1",
            "--budgets", "0,8,40", "--latency-items", "3", "--concurrency", "1", "--semantics", "exact");
        run._folder = Assert.Single(Directory.GetDirectories(run._root));
        return run;
    }

    /// <summary>Another latency pass, and what the endpoint served in it.</summary>
    internal async Task<(IReadOnlyList<ServiceSample> Samples, ServedRequest[] Log)> RepeatAsync()
    {
        int before = _endpoint.Served().Length;
        await SucceedAsync("measure", "--resume", _folder!, "--redo-latency");
        return (await RunFolder.Open(_folder!).Service.ReadAsync().ToListAsync(TestContext.Current.CancellationToken),
            _endpoint.Served()[before..]);
    }

    public void Dispose()
    {
        _task.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static async Task SucceedAsync(params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
    }
}
