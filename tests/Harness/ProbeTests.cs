using Calibration.Endpoint;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Datasets;
using Xunit;

namespace Calibration.Tests.Harness;

/// <summary><c>calibrate probe</c> tells a server that enforces budgets from one that does not.</summary>
[Collection("llama.cpp")]
public sealed class ProbeTests
{
    [Fact]
    public async Task Probe_LlamaCpp_EnforcesExactlyAndItsOwnBudgetIsACap()
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 2, contextPerSlot: 2048);
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", server.Api.ToString(), "--concurrency", "2");
        Assert.True(run.ExitCode == 0, run.Error + run.Output);
        Assert.Contains("llamacpp", run.Output, StringComparison.Ordinal);
        Assert.Contains("context 2,048 tokens", run.Output, StringComparison.Ordinal);
        Assert.Contains("96→96", run.Output, StringComparison.Ordinal);
        Assert.Contains("held as a cap; not used", run.Output, StringComparison.Ordinal);
        Assert.Contains("distorts; kept out of the latency pass", run.Output, StringComparison.Ordinal);
        Assert.Contains("does not fit this context", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_EmbeddedAsVllm_SeesThePrefixCache()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [], AsVllm = true }, TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", endpoint.BaseAddress.ToString(), "--concurrency", "2");
        Assert.True(run.ExitCode == 0, run.Error + run.Output);
        Assert.Contains("vllm 0.32.0", run.Output, StringComparison.Ordinal);
        Assert.Contains("distorts; kept out of the latency pass", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_ServerThatCutsInSilence_ExitsNotZero()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [], AsVllm = true, OutputLimit = 50 }, TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", endpoint.BaseAddress.ToString(), "--concurrency", "2");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("NO ROAD ENFORCES BUDGETS EXACTLY", run.Output, StringComparison.Ordinal);
        Assert.Contains("96→50", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "held exactly here; a cap, not used: 5→5  20→20")]
    [InlineData(false, "IGNORED OR OVERRUN; not used: 5→40  20→40")]
    public async Task Probe_SglangsShapes_SaysThatOnlyCountsAreEvidence(bool strictThinking, string native)
    {
        await using ScriptedServer server = new SglangShapes(strictThinking).Start();
        CommandRun run = await CommandRun.OfAsync("probe", "--endpoint", new Uri(server.Address, "/v1").ToString(), "--concurrency", "2");
        Assert.True(run.ExitCode == 0, run.Error + run.Output);
        Assert.Contains("sglang 0.5.23", run.Output, StringComparison.Ordinal);
        Assert.Contains("never run: only the counts shown are evidence", run.Output, StringComparison.Ordinal);
        Assert.Contains("exact (6 early ends overridden): 1→1  7→7  96→96", run.Output, StringComparison.Ordinal);
        Assert.Contains($"SGLang custom_params.thinking_budget (chat) {native}", run.Output, StringComparison.Ordinal);
    }
}
