using Calibration.Endpoint;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Endpoint;
using Xunit;

namespace Calibration.Tests.Harness.Servers;

/// <summary>
/// Everything that is sent passes vLLM's rules, and every service time is usable: against the stand-in that refuses what vLLM refuses.
/// </summary>
public sealed class VllmRunTests : IDisposable
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
    public async Task Probe_AsVllm_IsNeverRefused()
    {
        await using EmbeddedEndpoint endpoint = await StartAsync();
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", endpoint.BaseAddress.ToString(), "--concurrency", "2");
        Assert.True(run.ExitCode == 0, run.Error + run.Output);
        Assert.Equal(0, endpoint.RefusedCount);
    }

    /// <summary>A whole run, one that is stopped and resumed, budgets added to it, and its service times measured again.</summary>
    [Theory]
    [InlineData("exact")]
    [InlineData("cap")]
    public async Task Run_AsVllm_IsNeverRefusedAndEveryTimeIsUsable(string semantics)
    {
        await using EmbeddedEndpoint endpoint = await StartAsync();
        string[] arguments =
        [
            "--endpoint",
            endpoint.BaseAddress.ToString(),
            "--out",
            _root,
            "--task",
            $"own={_task.Path}",
            "--runs",
            "2",
            "--budgets",
            "0,4,16,40",
            "--latency-items",
            "2",
            "--semantics",
            semantics,
        ];
        await SucceedAsync(["measure", .. arguments, "--hours", "0.0002"]);
        string folder = Assert.Single(Directory.GetDirectories(_root));
        Assert.False(RunFolder.Open(folder).HasEnded, "The run was too fast to be interrupted: this test shows nothing.");
        await SucceedAsync(["measure", "--resume", folder, "--hours", "1"]);
        await CheckAsync(folder, endpoint, budgets: 4);
        await SucceedAsync(["run", "--resume", folder, "--add-budgets", "8", "--hours", "1"]);
        await CheckAsync(folder, endpoint, budgets: 5);
        await SucceedAsync(["run", "--resume", folder, "--redo-latency", "--hours", "1"]);
        await CheckAsync(folder, endpoint, budgets: 5);
        RunManifest manifest = RunFolder.Open(folder).ReadManifest();
        string replaced = Assert.Single(manifest.ReplacedService);
        Assert.True(File.Exists(Path.Combine(folder, replaced)));
        Assert.NotNull(manifest.RequestOverhead);
    }

    private static async Task CheckAsync(string folder, EmbeddedEndpoint endpoint, int budgets)
    {
        MeasuredRun run = await MeasuredRun.ReadAsync(folder);
        Assert.Equal(0, endpoint.RefusedCount);
        Assert.Equal(3 * 2 * budgets, run.Trials.Length);
        Assert.All(run.Trials, trial => Assert.True(trial.IsUsable, trial.Reason));
        Assert.NotEmpty(run.Service);
        Assert.All(run.Service, sample => Assert.True(sample.Status == TrialStatus.Ok, sample.Reason));
    }

    private static async Task SucceedAsync(params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private static Task<EmbeddedEndpoint> StartAsync() =>
        EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [], AsVllm = true, Paced = true, Truth = FastTruth.Value }, Cancelled);
}
