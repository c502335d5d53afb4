using System.Text.RegularExpressions;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Harness.Forcing;
using Calibration.Harness.Models;
using Calibration.Harness.Transport;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Harness.Transport;

/// <summary>A server that is only slow is waited for.</summary>
public sealed class SlowServerTests
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    /// <summary>100 tokens per second for all, 128 requests wanted in flight: each gets less than one token per second.</summary>
    [Fact]
    public async Task Measure_HundredTokensASecondFor128Requests_WastesNothing()
    {
        // Five of the clock's seconds pass in one of the endpoint's.
        var clock = new HurriedClock(times: 5);
        using var task = new OwnTask([.. Enumerable.Range(0, 128).Select(i => $"{i} + 5?")]);
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], TotalTokensPerSecond = 5 * 100 }, Cancelled);
        string root = Directory.CreateTempSubdirectory("calibration-").FullName;
        CommandRun command = await CommandRun.OfAsync(
            clock,
            "measure", "--endpoint", endpoint.BaseAddress.ToString(), "--task", $"own={task.Path}", "--budgets", "12", "--runs", "1",
            "--latency-items", "2", "--concurrency", "128",
            "--idle-limit", "2", "--out", root);
        Assert.True(command.ExitCode == 0, command.Error);
        MeasuredRun run = await MeasuredRun.ReadAsync(Assert.Single(Directory.GetDirectories(root)));
        Directory.Delete(root, recursive: true);
        Assert.Equal(128, run.Trials.Length);
        Assert.All(run.Trials, trial => Assert.True(trial.IsUsable, trial.Reason));
        long kept = run.Traces.Sum(trace => (long)trace.TokenIds.Length) + run.Trials.Sum(trial => trial.AnswerTokens + 1L);

        // The latency pass, with its warm-ups and the requests by which the fixed cost of a request is measured.
        long timed = run.Service.Sum(sample => sample.ThinkingTokens + sample.AnswerTokens + 1L) + 300;
        Assert.True(
            endpoint.GeneratedTokens >= kept && endpoint.GeneratedTokens <= (1.05 * kept) + timed,
            $"{endpoint.GeneratedTokens} generated, {kept} kept, {timed} timed\n{command.Error}");
        Assert.Matches(new Regex(@"requests in flight \(limit 128\);", RegexOptions.Multiline), command.Error);
        Assert.DoesNotContain("sent again", command.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(128, 2)]
    public void SecondsPerToken_NothingKnown_IsGenerous(int inFlight, double expected) =>
        Assert.Equal(expected, new ServerSpeed().SecondsPerToken(inFlight));

    [Fact]
    public void SecondsPerToken_FollowsTheSpeedThatIsShown()
    {
        var speed = new ServerSpeed();
        speed.Show(100, 1, inFlight: 1);

        // As if the server gained nothing from batching, four times over.
        Assert.Equal(4 * 0.01 * 128, speed.SecondsPerToken(128), 12);
        Assert.Equal(0.25, speed.SecondsPerToken(1), 12);
        for (int i = 0; i < 64; i++)
            speed.Show(100, 200, inFlight: 128);
        Assert.Equal(4 * 2, speed.SecondsPerToken(128), 12);
        Assert.Equal(4 * 2, speed.SecondsPerToken(16), 12);
        Assert.Equal(50, speed.TokensWithin(TimeSpan.FromSeconds(100), 400, 128));

        // The last responses count, and no less than a quarter second per token.
        for (int i = 0; i < 64; i++)
            speed.Show(100, 1, inFlight: 128);
        Assert.Equal(0.25, speed.SecondsPerToken(128), 12);
    }

    [Fact]
    public void Busy_Timeout_IsRemembered()
    {
        var slots = new RequestSlots(64);
        Assert.Null(slots.LowestLimit);
        slots.Busy(0);
        Assert.Equal(32, slots.LowestLimit);
    }
}

/// <summary>What is abandoned costs the server nothing more.</summary>
[Collection("llama.cpp 2")]
public sealed class AbandonedRequestTests
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Generate_Abandoned_StopsLlamaCpp()
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 8192);
        using EndpointClient client = TestClient.Open(server.Api);
        var options = new ForcingOptions { PromptFormat = PromptFormat.TokenIds, Profile = ModelProfile.Qwen3 };
        TokenIdForcing forcing = await TokenIdForcing.OpenAsync(client, options, Cancelled);
        int[] prompt = await ChatPrompt.RenderAsync(forcing.Server, "Start at 4.", thinking: true, Cancelled);
        using var abandon = new CancellationTokenSource(TimeSpan.FromSeconds(0.5));
        var request = new GenerationRequest
        {
            Prompt = [prompt],
            MaxTokens = 8000,
            Seed = 1,
            Close = ThinkingEndHandling.Mask,
            Group = "abandoned",
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => forcing.Requests.GenerateAsync(request, abandon.Token));
        long start = TimeProvider.System.GetTimestamp();

        // llama.cpp looks for closed connections when nothing was asked of it for a second.
        await Task.Delay(1500, Cancelled);
        while ((await forcing.Server.LoadAsync(Cancelled))!.Working > 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 8, "The server goes on generating what nobody reads.");
            await Task.Delay(1500, Cancelled);
        }
    }
}
