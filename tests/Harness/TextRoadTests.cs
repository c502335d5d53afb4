using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Harness;

/// <summary>On a server that is asked in text only, nothing is believed that its counts do not show.</summary>
[Collection("llama.cpp")]
public sealed class TextRoadTests
{
    private static readonly int[] Budgets = [0, 1, 2, 7, 64, 257];

    [Fact]
    public async Task Measure_TextOfHalfCharacters_CountsByUsage()
    {
        MeasuredRun run = await MeasureAsync("llama-server/tiny-qwen3-random.gguf", "exact", "text", "1");
        Assert.Equal(3 * Budgets.Length, run.Trials.Length);
        Assert.All(run.Trials, trial =>
        {
            Assert.True(trial.IsUsable, trial.Reason);
            Assert.Equal((Road.Text, CountSource.Usage, trial.BudgetTokens), (trial.Road, trial.CountSource, trial.ThinkingTokens));
        });
        Assert.All(run.Service, sample => Assert.Equal((TrialStatus.Ok, sample.BudgetTokens), (sample.Status, sample.ThinkingTokens)));
        Assert.Empty(run.Traces);
    }

    [Fact]
    public async Task Measure_ExactAndEarlyClose_IsUnverified()
    {
        MeasuredRun run = await MeasureAsync("thinker/thinker-qwen3.gguf", "exact", "text", "0");
        Assert.All(run.Trials, trial =>
        {
            Assert.Equal(trial.ClosedByModel ? TrialStatus.Unverified : TrialStatus.Ok, trial.Status);
            Assert.True(trial.ClosedByModel || trial.ThinkingTokens == trial.BudgetTokens);
        });
        Assert.All(run.Trials.Where(trial => trial.BudgetTokens == 257), trial => Assert.True(trial.ClosedByModel));
        Assert.All(run.Trials.Where(trial => trial.BudgetTokens <= 7), trial => Assert.True(trial.IsUsable));
    }

    [Fact]
    public async Task Measure_Cap_CountsWhatTheIdsCount()
    {
        MeasuredRun text = await MeasureAsync("thinker/thinker-qwen3.gguf", "cap", "text", "0");
        MeasuredRun ids = await MeasureAsync("thinker/thinker-qwen3.gguf", "cap", "ids", "0");
        Assert.Equal(ids.Trials.Select(Counted), text.Trials.Select(Counted));
        Assert.Contains(text.Trials, trial => trial is { ClosedByModel: true, Status: TrialStatus.Ok });
    }

    private static (string, int, int, bool) Counted(Trial trial) => (trial.ProblemId, trial.BudgetTokens, trial.ThinkingTokens, trial.ClosedByModel);

    private static async Task<MeasuredRun> MeasureAsync(string model, string semantics, string road, string temperature)
    {
        using var task = new OwnTask(OwnTask.Scripts);
        await using LlamaServer server = await LlamaServer.StartAsync(model, slots: 2, contextPerSlot: 1024);
        return await MeasuredRun.OfAsync(
            server.Api, "--task", $"own={task.Path}", "--budgets", string.Join(',', Budgets), "--runs", "1", "--semantics", semantics, "--road", road,
            "--temperature", temperature, "--concurrency", "2", "--latency-items", "2");
    }
}
