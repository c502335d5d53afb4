using Calibration.Endpoint;
using Calibration.Results;
using Calibration.Results.Journaling;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Harness.Passes;

/// <summary>Service times are measured again: the suspect ones of a resumed run, and all of them where a user wants it.</summary>
public sealed class RedoLatencyTests : IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly OwnTask _task = new(OwnTask.Scripts);
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose()
    {
        _task.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Resume_EndedRunWithRedoLatency_KeepsTheOldTimesInAFileOfTheirOwn()
    {
        RunFolder folder = await MeasureAsync();
        List<ServiceSample> before = await folder.Service.ReadAsync().ToListAsync(Cancelled);
        List<Trial> trials = await folder.Trials.ReadAsync().ToListAsync(Cancelled);
        await SucceedAsync("run", "--resume", folder.Path, "--redo-latency");
        Assert.True(folder.HasEnded);
        List<ServiceSample> after = await folder.Service.ReadAsync().ToListAsync(Cancelled);
        Assert.Equal(
            before.Select(sample => (sample.TraceId, sample.BudgetTokens)), after.Select(sample => (sample.TraceId, sample.BudgetTokens)));
        Assert.Equal(trials, await folder.Trials.ReadAsync().ToListAsync(Cancelled));
        string replaced = Assert.Single(folder.ReadManifest().ReplacedService);
        Assert.Matches(@"^service\.\d{8}-\d{6}\.parquet$", replaced);

        // The old file is a table like the new one.
        File.Copy(folder.In(replaced), folder.Service.Path, overwrite: true);
        Assert.Equal(before, await folder.Service.ReadAsync().ToListAsync(Cancelled));
    }

    /// <summary>A suspect time at any budget, not only at the largest: its trace is timed again.</summary>
    [Fact]
    public async Task Resume_SuspectTimeInTheMiddle_IsMeasuredAgain()
    {
        RunFolder folder = await MeasureAsync("--hours", "1");
        await folder.ReopenAsync(Cancelled);
        ServiceSample[] rows = [.. folder.Service.ReadJournal()];
        string suspect =
            rows.First(sample => sample.BudgetTokens == 4 && sample.TraceId.EndsWith("/latency", StringComparison.Ordinal)).TraceId;
        File.Delete(folder.In("journal", "service.jsonl"));
        await using (Journal<ServiceSample> journal = folder.Service.OpenJournal())
        {
            foreach (ServiceSample row in rows)
                await journal.AppendAsync(row.TraceId == suspect && row.BudgetTokens == 4 ? row.AsSuspect("a test says so") : row);
        }

        await SucceedAsync("run", "--resume", folder.Path);
        Assert.All(await folder.Service.ReadAsync().ToListAsync(Cancelled), sample => Assert.Equal(TrialStatus.Ok, sample.Status));
    }

    [Fact]
    public async Task Resume_AnotherConcurrency_GoesOn()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], MinServiceTime = TimeSpan.FromMilliseconds(40) }, Cancelled);
        await SucceedAsync([.. Arguments(endpoint), "--hours", "0.0005", "--runs", "20", "--concurrency", "2"]);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
        Assert.False(folder.HasEnded, "The run was too fast to be interrupted: this test shows nothing.");
        CommandRun resumed = await CommandRun.OfAsync("measure", "--resume", folder.Path, "--hours", "1", "--concurrency", "48");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("(limit 48)", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(3 * 20 * 3, (await folder.Trials.ReadAsync().ToListAsync(Cancelled)).Count);
    }

    [Fact]
    public async Task RedoLatency_WithoutARun_IsRefused()
    {
        CommandRun run = await CommandRun.OfAsync("run", "--redo-latency");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("name it with --resume RUN", run.Error, StringComparison.Ordinal);
    }

    private static async Task SucceedAsync(params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private string[] Arguments(EmbeddedEndpoint endpoint) =>
        ["measure", "--endpoint", endpoint.BaseAddress.ToString(), "--task", $"own={_task.Path}", "--budgets", "0,4,16", "--latency-items",
            "2", "--out", _root];

    /// <summary>On the run's own embedded endpoint, so that it can go on after this.</summary>
    private async Task<RunFolder> MeasureAsync(params string[] more)
    {
        await SucceedAsync(
        [
            "measure", "--task", $"own={_task.Path}", "--budgets", "0,4,16", "--runs", "1", "--latency-items", "2", "--out", _root, .. more,
        ]);
        return RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
    }
}
