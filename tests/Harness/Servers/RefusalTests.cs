using System.Text;
using System.Text.Json;
using Calibration.Endpoint;
using Calibration.Endpoint.Model;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Datasets;
using Calibration.Tests.Harness.Transport;
using Xunit;

namespace Calibration.Tests.Harness.Servers;

/// <summary>What a server or a gateway refuses, and what a user is told of it.</summary>
public sealed class RefusalTests : IAsyncDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly OwnTask _task = new("4 + 5?", "5 + 5?", "6 + 5?");
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;
    private readonly EmbeddedEndpoint _endpoint = EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [] }, Cancelled).GetAwaiter()
        .GetResult();

    public async ValueTask DisposeAsync()
    {
        _task.Dispose();
        await _endpoint.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>
    /// A refusal of the first request of a kind is one of all: hours of accuracy would be measured for a run without service times.
    /// </summary>
    [Theory]
    [InlineData(true, "thinking")]
    [InlineData(false, "answer")]
    public async Task Run_FirstTimedRequestRefused_EndsAtOnceWithTheServersSentence(bool streams, string kind)
    {
        await using ScriptedServer gateway = Gateway.Start(
            _endpoint.BaseAddress,
            request => IsTimed(request) && IsStream(request) == streams ? Gateway.Refusal("top_k must be 7 today") : null);
        CommandRun run = await RunAsync(gateway);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"The server refuses the {kind} requests of the latency pass.", run.Error, StringComparison.Ordinal);
        Assert.Contains("top_k must be 7 today", run.Error, StringComparison.Ordinal);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
        Assert.Empty(folder.Trials.ReadJournal());
        Assert.Contains($"calibrate run --resume {folder.Path}", run.Error, StringComparison.Ordinal);

        // A refusal is no state of the run: when the server takes the requests, it goes on.
        using var file = File.OpenRead(folder.ManifestPath);
        Assert.Equal(
            gateway.Address + "v1/",
            (await JsonDocument.ParseAsync(file, cancellationToken: Cancelled)).RootElement.GetProperty("endpoint").GetProperty("url")
                .GetString());
    }

    [Fact]
    public async Task Run_LaterProblemsRequestRefused_CostsThatProblemOnly()
    {
        await using ScriptedServer gateway = Gateway.Start(
            _endpoint.BaseAddress, request =>
                request.Path == "/v1/completions" && PromptOf(request).Contains("6 + 5?", StringComparison.Ordinal)
                    ? Gateway.Refusal("no sixes")
                    : null);
        CommandRun run = await RunAsync(gateway, "--accept-missing");
        MeasuredRun measured = await MeasuredRun.ReadAsync(Assert.Single(Directory.GetDirectories(_root)));
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.All(measured.Trials, trial => Assert.Equal(trial.ProblemId == "p2", trial.Status == TrialStatus.Failed));

        // Of what failed there is a row for each budget.
        Assert.Equal(
            [0, 4, 16], measured.Service.Where(sample => sample.Status == TrialStatus.Failed).Select(sample => sample.BudgetTokens));
        Assert.All(
            measured.Service.Where(sample => sample.Status == TrialStatus.Failed),
            sample => Assert.Contains("no sixes", sample.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_EveryAccuracyRequestRefused_EndsAtOnce()
    {
        using var many = new OwnTask([.. Enumerable.Range(0, 20).Select(i => $"{i} + 5?")]);
        await using ScriptedServer gateway = Gateway.Start(
            _endpoint.BaseAddress, request =>
                request.Path == "/v1/completions" && !IsTimed(request) && !PromptOf(request).Contains("Hi", StringComparison.Ordinal)
                    ? Gateway.Refusal("not today")
                    : null);
        CommandRun run = await CommandRun.OfAsync(
            "run", "--endpoint", new Uri(gateway.Address, "v1").ToString(), "--task", $"own={many.Path}", "--budgets", "0,4", "--runs", "1",
            "--latency-items", "2", "--concurrency", "1", "--out", _root);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("The server refuses the requests of the accuracy pass.", run.Error, StringComparison.Ordinal);
    }

    /// <summary>A gateway keeps a stream open by empty events, or by comments sent as data.</summary>
    [Fact]
    public async Task Measure_HeartbeatsInTheStream_AreSkipped()
    {
        await using ScriptedServer gateway = Gateway.Start(_endpoint.BaseAddress, change: (request, body) => IsStream(request)
            ? Encoding.UTF8.GetBytes(
                "data:\n\ndata: : keepalive\n\n"
                    + Encoding.UTF8.GetString(body).Replace("\n\n", "\n\ndata: \n\ndata: : keepalive\n\n", StringComparison.Ordinal))
            : body);
        CommandRun run = await RunAsync(gateway);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.All(
            (await MeasuredRun.ReadAsync(Assert.Single(Directory.GetDirectories(_root)))).Service,
            sample => Assert.True(sample.Status == TrialStatus.Ok, sample.Reason));
    }

    /// <summary>A stream that fails at the endpoint is the endpoint's fault: exit code 1.</summary>
    [Fact]
    public async Task Run_StreamsThatBreakOff_EndTheRunWithItsReason()
    {
        await using ScriptedServer gateway = Gateway.Start(
            _endpoint.BaseAddress, change: (request, body) => IsStream(request) ? body[..(body.Length / 2)] : body);
        CommandRun run = await RunAsync(new HurriedClock(times: 50), gateway, "--idle-limit", "600");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("No service time could be measured.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("probe")]
    [InlineData("measure")]
    public async Task Verb_AddressWithoutV1_SaysWhatToTry(string verb)
    {
        string address = _endpoint.BaseAddress.GetLeftPart(UriPartial.Authority);
        CommandRun run = await CommandRun.OfAsync([verb, "--endpoint", address, .. verb == "measure" ? MeasureArguments : []]);
        Assert.Equal(1, run.ExitCode);
        Assert.EndsWith($"try {address}/v1.", Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("probe")]
    [InlineData("measure")]
    public async Task Verb_HttpsToAPlainServer_SaysSoAtOnce(string verb)
    {
        long start = TimeProvider.System.GetTimestamp();
        CommandRun run = await CommandRun.OfAsync(
        [
            verb,
            "--endpoint",
            _endpoint.BaseAddress.ToString().Replace("http:", "https:", StringComparison.Ordinal),
            .. verb == "measure" ? MeasureArguments : [],
        ]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            $"speaks plain http, not https: try {_endpoint.BaseAddress}.",
            Assert.Single(run.Error.Trim().Split('\n')),
            StringComparison.Ordinal);
        Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 15);
    }

    [Theory]
    [InlineData("probe")]
    [InlineData("measure")]
    public async Task Verb_NothingListens_IsOneSentence(string verb)
    {
        CommandRun run = await CommandRun.OfAsync(
        [
            verb, "--endpoint", "http://127.0.0.1:9/v1", .. verb == "measure" ? MeasureArguments : [],
        ]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot be reached", Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_ServerThatDiesMidway_IsOneSentence()
    {
        int asked = 0;
        await using ScriptedServer gateway = Gateway.Start(
            _endpoint.BaseAddress, request => request.Path == "/v1/completions" && Interlocked.Increment(ref asked) > 5 ? [] : null);
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", new Uri(gateway.Address, "v1").ToString(), "--concurrency", "1");
        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    /// <summary>A gateway that is busy for some seconds at the opening is waited for.</summary>
    [Theory]
    [InlineData("probe")]
    [InlineData("measure")]
    public async Task Verb_BusyGatewayAtTheOpening_IsWaitedFor(string verb)
    {
        var clock = new HurriedClock(times: 20);
        long start = clock.GetTimestamp();
        await using ScriptedServer gateway = Gateway.Start(
            _endpoint.BaseAddress, _ =>
                clock.GetElapsedTime(start).TotalSeconds < 4 ? ScriptedServer.Status("429 Too Many Requests") : null);
        CommandRun run = await CommandRun.OfAsync(
            clock,
            [verb, "--endpoint", new Uri(gateway.Address, "v1").ToString(), "--concurrency", "1", .. verb == "measure"
                ? MeasureArguments
                : []]);

        // The scripted gateway sends a stream in one piece, which a probe calls untimeable; it got that far.
        Assert.True(
            run.ExitCode == 0 || run.Output.Contains("budgets are enforced exactly", StringComparison.Ordinal), run.Error + run.Output);
    }

    [Fact]
    public async Task Measure_OneOfTwoEndpointsLostWhileOpening_IsLeftOut()
    {
        int asked = 0;
        await using ScriptedServer gateway = Gateway.Start(_endpoint.BaseAddress, _ => Interlocked.Increment(ref asked) > 3 ? [] : null);
        CommandRun run = await CommandRun.OfAsync(
            new HurriedClock(times: 20),
            [
                "measure", "--endpoint", _endpoint.BaseAddress.ToString(), "--endpoint", new Uri(gateway.Address, "v1").ToString(),
                .. MeasureArguments,
            ]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("is not used:", run.Error, StringComparison.Ordinal);
    }

    private string[] MeasureArguments =>
        ["--task", $"own={_task.Path}", "--budgets", "0,4,16", "--runs", "1", "--latency-items", "3", "--out", _root];

    private Task<CommandRun> RunAsync(ScriptedServer gateway, params string[] more) => RunAsync(TimeProvider.System, gateway, more);

    private Task<CommandRun> RunAsync(TimeProvider clock, ScriptedServer gateway, params string[] more) => CommandRun.OfAsync(
        clock,
        [
            "run", "--endpoint", new Uri(gateway.Address, "v1").ToString(), "--concurrency", "1", .. MeasureArguments, .. more,
        ]);

    private static bool IsStream(ScriptedServer.Request request) =>
        request.Path == "/v1/completions" && JsonDocument.Parse(request.Body).RootElement.GetProperty("stream").GetBoolean();

    /// <summary>Only the latency pass names what may hit in the prefix cache.</summary>
    private static bool IsTimed(ScriptedServer.Request request) =>
        request.Path == "/v1/completions" && JsonDocument.Parse(request.Body).RootElement.TryGetProperty("cache_salt", out _);

    private static string PromptOf(ScriptedServer.Request request) =>
        ByteTokenizer.Decode(
        [
            .. JsonDocument.Parse(request.Body).RootElement.GetProperty("prompt").EnumerateArray().Select(id => id.GetInt32()),
        ]);
}
