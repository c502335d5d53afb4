using System.Collections.Immutable;
using Calibration.Endpoint;
using Calibration.Harness.Transport;
using Calibration.Results;
using Calibration.Tests.Datasets;
using Xunit;

namespace Calibration.Tests.Harness.Transport;

/// <summary>
/// What an endpoint's faults do to a run: nothing where they may pass, a status with its reason where they may not. Waits pass on a hurried
/// clock, except where a test says otherwise; <see cref="RetryTests"/> says how long each of them is.
/// </summary>
public sealed class FaultTests(FaultTests.UndisturbedRun undisturbedRun) : IClassFixture<FaultTests.UndisturbedRun>, IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly OwnTask _task = new(OwnTask.Scripts);
    private readonly HurriedClock _hurried = new(times: 20);

    public static TheoryData<EndpointFault> PassingFaults => [.. FaultMix.Passing];

    public void Dispose() => _task.Dispose();

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task Measure_AFaultInFive_GivesTheUndisturbedTrials(EndpointFault fault)
    {
        // The stall is of the machine's time: it is twice as long as the limit.
        MeasuredRun disturbed = await MeasureAsync(
            new EndpointOptions { Problems = [], Faults = new FaultMix(0.2, 7, [fault], TimeSpan.FromSeconds(0.8)) }, "--idle-limit", "8");
        MeasuredRun undisturbed = undisturbedRun.Run;
        Assert.Equal(undisturbed.Trials.Select(Compared), disturbed.Trials.Select(Compared));
        Assert.Equal(
            undisturbed.Traces.Select(trace => string.Join(' ', trace.TokenIds)),
            disturbed.Traces.Select(trace => string.Join(' ', trace.TokenIds)));
        Assert.Equal(
            undisturbed.Service.Select(sample => (sample.BudgetTokens, sample.ServiceS)),
            disturbed.Service.Select(sample => (sample.BudgetTokens, sample.ServiceS)));
        Assert.All(disturbed.Service, sample => Assert.Equal(TrialStatus.Ok, sample.Status));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Measure_EndpointThatRestarts_PausesAndGoesOn(bool withAnotherModelForAWhile)
    {
        var log = new Endpoint.ServedRequests();
        EmbeddedEndpoint first = await EmbeddedEndpoint.StartAsync(Slow with { Log = log }, Cancelled);
        Uri address = first.BaseAddress;
        Task<MeasuredRun> measuring = MeasuredRun.OfAsync(_hurried, address, [.. Arguments, "--runs", "40", "--concurrency", "4"]);
        await ServedAsync(log, 100, measuring);
        await first.DisposeAsync();
        if (withAnotherModelForAWhile)
        {
            await using EmbeddedEndpoint other = await EmbeddedEndpoint.StartAsync(
                Slow with { Port = address.Port, Model = "another" }, Cancelled);
            await HurriedSecondsAsync(20);
        }
        else
        {
            await HurriedSecondsAsync(20);
        }

        await using EmbeddedEndpoint second = await EmbeddedEndpoint.StartAsync(Slow with { Port = address.Port }, Cancelled);
        MeasuredRun run = await measuring;
        Assert.Equal(3 * 40 * 4, run.Trials.Length);
        Assert.All(run.Trials, trial => Assert.True(trial.IsUsable, trial.Reason));
    }

    [Fact]
    public async Task Measure_EndpointThatStaysAway_EndsWithTheCommandThatResumes()
    {
        string root = Directory.CreateTempSubdirectory("calibration-").FullName;
        var log = new Endpoint.ServedRequests();
        EmbeddedEndpoint first = await EmbeddedEndpoint.StartAsync(Slow with { Log = log }, Cancelled);
        Uri address = first.BaseAddress;
        Task<Calibrate.CommandRun> measuring = Calibrate.CommandRun.OfAsync(
            _hurried,
            [
                "measure", "--endpoint", address.ToString(), "--out", root, "--down-limit", "0.2", .. Arguments, "--runs", "40",
                "--concurrency", "4",
            ]);
        await ServedAsync(log, 100, measuring);
        await first.DisposeAsync();
        Calibrate.CommandRun run = await measuring;
        string folder = Assert.Single(Directory.GetDirectories(root));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"calibrate run --resume {folder}", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(RunFolder.Open(folder).Trials.ReadJournal(), trial => trial.Status == TrialStatus.Failed);

        await using EmbeddedEndpoint second = await EmbeddedEndpoint.StartAsync(Slow with { Port = address.Port }, Cancelled);
        Calibrate.CommandRun resumed = await Calibrate.CommandRun.OfAsync("run", "--resume", folder);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(3 * 40 * 4, (await MeasuredRun.ReadAsync(folder)).Trials.Length);
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task Measure_EndpointThatIsAwayAtTheDeadline_EndsInTimeWithWhatIsThere()
    {
        string root = Directory.CreateTempSubdirectory("calibration-").FullName;
        var log = new Endpoint.ServedRequests();
        EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(Slow with { Log = log }, Cancelled);
        Task<Calibrate.CommandRun> measuring = Calibrate.CommandRun.OfAsync(
            _hurried,
            [
                "measure", "--endpoint", endpoint.BaseAddress.ToString(), "--out", root, "--hours", "0.03", .. Arguments, "--runs", "200",
                "--concurrency", "4",
            ]);
        await ServedAsync(log, 100, measuring);
        await endpoint.DisposeAsync();
        Calibrate.CommandRun run = await measuring;
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("The time is over", run.Error, StringComparison.Ordinal);
        Assert.NotEmpty(RunFolder.Open(Assert.Single(Directory.GetDirectories(root))).Trials.ReadJournal());
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task Resume_EndpointOfAnotherContext_IsRefusedWithTheDifference()
    {
        string root = Directory.CreateTempSubdirectory("calibration-").FullName;
        var options = new EndpointOptions { Problems = [], AsVllm = true };
        EmbeddedEndpoint first = await EmbeddedEndpoint.StartAsync(options, Cancelled);
        Uri address = first.BaseAddress;
        Assert.Equal(
            0,
            (await Calibrate.CommandRun.OfAsync(["measure", "--endpoint", address.ToString(), "--out", root, .. Arguments, "--runs",
            "1"])).ExitCode);
        await first.DisposeAsync();
        string folder = Assert.Single(Directory.GetDirectories(root));

        // As if the run had been interrupted before its end.
        Directory.CreateDirectory(Path.Combine(folder, "journal"));
        await File.WriteAllTextAsync(Path.Combine(folder, "journal", "trials.jsonl"), "", Cancelled);
        await using EmbeddedEndpoint second = await EmbeddedEndpoint.StartAsync(
            options with { Port = address.Port, ContextTokens = 8192 }, Cancelled);
        Calibrate.CommandRun run = await Calibrate.CommandRun.OfAsync("run", "--resume", folder);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("\"context_tokens\":40960", run.Error, StringComparison.Ordinal);
        Assert.Contains("\"context_tokens\":8192", run.Error, StringComparison.Ordinal);
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task Measure_TwoEndpoints_ShareTheWorkAndOneMayDie()
    {
        var logs = new[] { new Endpoint.ServedRequests(), new Endpoint.ServedRequests() };
        await using EmbeddedEndpoint first = await EmbeddedEndpoint.StartAsync(Slow with { Log = logs[0] }, Cancelled);
        EmbeddedEndpoint second = await EmbeddedEndpoint.StartAsync(Slow with { Log = logs[1] }, Cancelled);
        Task<MeasuredRun> measuring = MeasuredRun.OfAsync(
            _hurried,
            first.BaseAddress,
            [.. Arguments, "--endpoint", second.BaseAddress.ToString(), "--runs", "40", "--concurrency", "2"]);
        await ServedAsync(logs[1], 60, measuring);
        await second.DisposeAsync();
        MeasuredRun run = await measuring;
        Assert.Equal(3 * 40 * 4, run.Trials.Select(trial => trial.Key).Distinct().Count());
        Assert.Equal(3 * 40 * 4, run.Trials.Length);
        Assert.All(run.Trials, trial => Assert.True(trial.IsUsable, trial.Reason));
        Assert.Single(run.Manifest.OtherEndpoints);
        Assert.True(logs[0].All.Count > 60);
    }

    [Fact]
    public async Task Measure_FirstOfTwoEndpointsAwayInTheLatencyPass_IsWaitedForAndMissesNoTime()
    {
        var log = new Endpoint.ServedRequests();
        EmbeddedEndpoint first = await EmbeddedEndpoint.StartAsync(Slow with { Log = log }, Cancelled);
        Uri address = first.BaseAddress;
        await using EmbeddedEndpoint second = await EmbeddedEndpoint.StartAsync(Slow, Cancelled);
        Task<MeasuredRun> measuring = MeasuredRun.OfAsync(
            _hurried, address, [.. Arguments, "--endpoint", second.BaseAddress.ToString(), "--runs", "1"]);
        await ServedAsync(log, 12, measuring);
        await first.DisposeAsync();

        // Longer than a request waits for one of several endpoints.
        await HurriedSecondsAsync(30);
        await using EmbeddedEndpoint back = await EmbeddedEndpoint.StartAsync(Slow with { Port = address.Port }, Cancelled);
        MeasuredRun run = await measuring;
        Assert.Equal((2 * 4) + 2, run.Service.Length);
        Assert.All(run.Service, sample => Assert.Equal(TrialStatus.Ok, sample.Status));
        Assert.Equal(3 * 4, run.Trials.Length);
    }

    [Fact]
    public async Task Measure_TwoDifferentModels_IsRefused()
    {
        await using EmbeddedEndpoint first = await EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [] }, Cancelled);
        await using EmbeddedEndpoint second = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], ContextTokens = 8192 }, Cancelled);
        Calibrate.CommandRun run = await Calibrate.CommandRun.OfAsync(
        [
            "measure", "--endpoint", first.BaseAddress.ToString(), "--endpoint", second.BaseAddress.ToString(), .. Arguments,
        ]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("context 8192", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Measure_QueueThatRefuses_CutsTheConcurrencyAndLosesNothing()
    {
        MeasuredRun run = await MeasureAsync(
            new EndpointOptions { Problems = [], Slots = 4, QueueLimit = 2, MinServiceTime = TimeSpan.FromMilliseconds(5) },
                "--concurrency", "32", "--runs", "6");
        Assert.Equal(3 * 6 * 4, run.Trials.Length);
        Assert.All(run.Trials, trial => Assert.True(trial.IsUsable, trial.Reason));
    }

    /// <summary>By the machine's clock.</summary>
    [Fact]
    public async Task Post_RefusalThatNamesATime_IsSentAgainNoSooner()
    {
        int asked = 0;
        await using var server = new ScriptedServer(_ => asked++ == 0
            ? "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray()
            : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"u8.ToArray());
        using EndpointClient client = TestClient.Open(new Uri(server.Address, "v1"), RetryPolicy.Overnight);
        var uri = new Uri(server.Address, "v1/completions");
        long start = TimeProvider.System.GetTimestamp();
        int status = await client.RetryAsync(
            async (_, cancelled) =>
                await client.PostAsync(uri, "{}"u8.ToArray(), 1, cancelled) is { IsSuccess: false } refusal
                    ? throw refusal.Fault(uri) : 200, Cancelled);
        Assert.Equal(200, status);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 0.9, 30);
    }

    /// <summary>Slow enough to be interrupted.</summary>
    private static EndpointOptions Slow { get; } = new() { Problems = [], MinServiceTime = TimeSpan.FromMilliseconds(20) };

    private ImmutableArray<string> Arguments => ArgumentsFor(_task);

    private static ImmutableArray<string> ArgumentsFor(OwnTask task) =>
        ["--task", $"own={task.Path}", "--budgets", "0,7,40,64", "--latency-items", "2"];

    private async Task<MeasuredRun> MeasureAsync(EndpointOptions options, params string[] arguments)
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(options, Cancelled);
        return await MeasuredRun.OfAsync(_hurried, endpoint.BaseAddress, [.. Arguments, .. arguments]);
    }

    /// <summary>Waits until a run is on its way.</summary>
    private static async Task ServedAsync(Endpoint.ServedRequests log, int requests, Task measuring)
    {
        while (log.All.Count < requests && !measuring.IsCompleted)
            await Task.Delay(10, Cancelled);
        Assert.False(measuring.IsCompleted, "The run was too fast to be interrupted: this test shows nothing.");
    }

    private Task HurriedSecondsAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), _hurried, Cancelled);

    private static (TrialKey, TrialStatus, string, string, int, int, bool) Compared(Trial trial) =>
        (trial.Key, trial.Status, trial.Answer, trial.Response, trial.ThinkingTokens, trial.AnswerTokens, trial.Correct);

    /// <summary>What a run measures without faults, by the machine's clock; every fault is compared with it.</summary>
    public sealed class UndisturbedRun : IAsyncLifetime
    {
        private readonly OwnTask _task = new(OwnTask.Scripts);

        internal MeasuredRun Run { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [] });
            Run = await MeasuredRun.OfAsync(endpoint.BaseAddress, [.. ArgumentsFor(_task)]);
        }

        public ValueTask DisposeAsync()
        {
            _task.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
