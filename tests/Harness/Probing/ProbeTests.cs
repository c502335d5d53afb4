using Calibration.Endpoint;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Datasets;
using Calibration.Tests.Endpoint;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Harness.Probing;

/// <summary><c>calibrate probe</c> tells a server that enforces budgets from one that does not.</summary>
public sealed class ProbeTests
{
    [Fact]
    public async Task Probe_EmbeddedAsVllm_SeesThePrefixCache()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], AsVllm = true, Paced = true, Truth = FastTruth.Value },
            TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", endpoint.BaseAddress.ToString(), "--concurrency", "2");
        Assert.True(run.ExitCode == 0, run.Error + run.Output);
        Assert.Contains("vllm 0.32.0", run.Output, StringComparison.Ordinal);
        Assert.Contains("repeated prompts are faster; the latency pass avoids hits", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_ServerThatCutsInSilence_ExitsNotZero()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], AsVllm = true, OutputLimit = 50 }, TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", endpoint.BaseAddress.ToString(), "--concurrency", "2");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("NO PROMPT FORMAT ENFORCES BUDGETS EXACTLY", run.Output, StringComparison.Ordinal);
        Assert.Contains("96→50", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "exact here; a cap, not used: 5→5  20→20")]
    [InlineData(false, "IGNORED OR OVERRUN; not used: 5→40  20→40")]
    public async Task Probe_SglangsShapes_SaysThatOnlyCountsAreEvidence(bool strictThinking, string native)
    {
        await using ScriptedServer server = new SglangShapes(strictThinking).Start();
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", new Uri(server.Address, "/v1").ToString(), "--concurrency", "2");

        // The scripted server sends a stream in one piece.
        Assert.True(run.ExitCode == 1, run.Error + run.Output);
        Assert.Contains("budgets are enforced exactly; SERVICE TIMES CANNOT BE TAKEN", run.Output, StringComparison.Ordinal);
        Assert.Contains("sglang 0.5.23", run.Output, StringComparison.Ordinal);
        Assert.Contains("never run: only the counts shown are evidence", run.Output, StringComparison.Ordinal);
        Assert.Contains("exact (6 early ends overridden): 1→1  7→7  96→96", run.Output, StringComparison.Ordinal);
        Assert.Contains($"SGLang custom_params.thinking_budget (chat) {native}", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The same screen, by what text and counts allow, and never an exit code of 0.</summary>
    [Theory]
    [InlineData(true, "ends earlier; such trials would be Unverified: 1→1  7→7  96→41")]
    [InlineData(false, "no counts: every trial would be Unverified: 1→?  7→?  96→?")]
    public async Task Probe_TextOnlyServer_IsOneScreenAndNoRoad(bool counts, string text)
    {
        await using ScriptedServer server = new TextOnlyShapes(counts, closeIsOneToken: true).Start();
        CommandRun run = await CommandRun.OfAsync(
            "probe", "--endpoint", new Uri(server.Address, "/v1").ToString(), "--context", "4000", "--concurrency", "2");
        Assert.True(run.ExitCode == 1, run.Error);
        foreach (string expected in (string[])
        [
            "somebody",
            "context 4,000 tokens",
            "qwen3-rendered-here",
            "do NOT come back",
            "not a known server with token ids",
            text,
            "prefix cache",
            "time at a glance",
            "throughput",
            "an overnight run",
            "NO PROMPT FORMAT ENFORCES BUDGETS EXACTLY",
        ])
            Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_TextOnlyServerOfUnknownContext_AsksForIt()
    {
        await using ScriptedServer server = new TextOnlyShapes(counts: true, closeIsOneToken: true).Start();
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", new Uri(server.Address, "/v1").ToString());
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("give it with --context", Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>Where the salt is trusted it must act; SGLang's timed prompts are like no others besides.</summary>
    [Theory]
    [InlineData("vllm", "the latency pass CANNOT keep hits out")]
    [InlineData("sglang", "repeated prompts are faster; the latency pass avoids hits")]
    public async Task Probe_SaltThatDoesNothing_IsSeenByTheTimes(string owner, string verdict)
    {
        await using ScriptedServer server = new SglangShapes(strictThinking: false) { PrefillSeconds = 0.3, Owner = owner }.Start();
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", new Uri(server.Address, "/v1").ToString(), "--concurrency", "2");
        Assert.Contains(verdict, run.Output, StringComparison.Ordinal);
    }

    /// <summary>Where the close cannot be masked and comes at once, there is no token whose time could be taken.</summary>
    [Fact]
    public async Task Probe_ServerThatEndsMaskedThinkingAtOnce_SaysSo()
    {
        await using ScriptedServer server = new SglangShapes(strictThinking: false) { NaturalLength = 0, HeedsMinimum = false }.Start();
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", new Uri(server.Address, "/v1").ToString(), "--concurrency", "2");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            "ended thinking at once, although 96 tokens were requested: it enforces no budget",
            run.Output + run.Error,
            StringComparison.Ordinal);
    }
}
