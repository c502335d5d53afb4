using Calibration.Tests.Calibrate;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Harness.Probing;

/// <summary><c>calibrate probe</c> on a real server.</summary>
[Collection("llama.cpp")]
public sealed class LlamaProbeTests
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
        Assert.Contains("kept as a cap; not used", run.Output, StringComparison.Ordinal);
        Assert.Contains("repeated prompts are faster; the latency pass avoids hits", run.Output, StringComparison.Ordinal);
        Assert.Contains("does not fit this context", run.Output, StringComparison.Ordinal);
    }
}
