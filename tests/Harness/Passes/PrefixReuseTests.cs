using Calibration.Results;
using Calibration.Tests.Harness.Servers;
using Calibration.Tests.Report;
using Xunit;

namespace Calibration.Tests.Harness.Passes;

/// <summary>An answer's request finds its own thinking in the server's cache; where it does not, that is counted and said.</summary>
[Collection("llama.cpp 2")]
public sealed class PrefixReuseTests
{
    private const string Warning = "contain recomputed tokens";

    /// <summary>
    /// llama.cpp keeps of a trace what the last answer shared with it: asked from the shortest budget up, 767 of 1,024 tokens were
    /// computed again.
    /// </summary>
    [Fact]
    public async Task Run_LlamaCpp_NoAnswerComputesItsThinkingAgain()
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 2048);
        ReportedRun run = await RunAsync(server, "token-ids");
        Assert.All(run.Rows.Service, sample => Assert.Equal(TrialStatus.Ok, sample.Status));
        Assert.All(
            run.Rows.Service.Where(sample => sample.ThinkingTokens > 0),
            sample => Assert.InRange(sample.AnswerRecomputedTokens!.Value, 0, 2));
        Assert.All(run.Rows.Service.Where(sample => sample.ThinkingTokens == 0), sample => Assert.Null(sample.AnswerRecomputedTokens));
        Assert.DoesNotContain(Warning, run.Html, StringComparison.Ordinal);
    }

    /// <summary>Half characters are not read back as they were written, and what follows them is computed again.</summary>
    [Fact]
    public async Task Run_Text_WhatIsReadBackOtherwiseIsCounted()
    {
        await using LlamaServer server = await LlamaServer.StartAsync("llama-server/tiny-qwen3-random.gguf", slots: 1,
            contextPerSlot: 2048);
        ReportedRun run = await RunAsync(server, "text");
        Assert.All(run.Rows.Service, sample => Assert.Equal((TrialStatus.Ok, sample.BudgetTokens), (sample.Status, sample.ThinkingTokens)));
        Assert.All(
            run.Rows.Service.Where(sample => sample.BudgetTokens == 257),
            sample => Assert.InRange(sample.AnswerRecomputedTokens!.Value, 16, 600));
    }

    /// <summary>Slots in turn, whatever they hold, and no copies of what they held.</summary>
    [Fact]
    public async Task Run_ServerThatLosesThePrefix_IsToldWithItsTokens()
    {
        await using LlamaServer server = await LlamaServer.StartAsync(
            "thinker/thinker-qwen3.gguf", slots: 2, contextPerSlot: 2048, "--slot-prompt-similarity", "0", "--cache-ram", "0");
        ReportedRun run = await RunAsync(server, "token-ids");
        ServiceSample[] thinking = [.. run.Rows.Service.Where(sample => sample.ThinkingTokens > 0)];
        int missed = thinking.Count(sample => sample.AnswerRecomputedTokens > 128);
        Assert.NotEqual(0, missed);
        Assert.Contains(
            $"{missed} of {thinking.Length} service times with thinking {Warning}, up to "
                + $"{thinking.Max(sample => sample.AnswerRecomputedTokens)}:",
            run.Html,
            StringComparison.Ordinal);
    }

    private static async Task<ReportedRun> RunAsync(LlamaServer server, string format)
    {
        using var task = new OwnTask(OwnTask.Scripts);
        return await ReportedRun.OfAsync(
            "--endpoint", server.Api.ToString(), "--task", $"own={task.Path}", "--budgets", "0,16,64,257", "--runs", "1", "--latency-items",
            "2", "--concurrency", "1", "--prompt-format", format,
            "--semantics", format == "text" ? "cap" : "exact");
    }
}
