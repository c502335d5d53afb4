using System.Globalization;
using Calibration.Analysis;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Analysis;

/// <summary>What is decided for a real model on a real server, where forced thinking makes accuracy fall and where caps do not.</summary>
[Collection("llama.cpp")]
public sealed class ThinkerDecisionTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Run_ExactSemantics_DecidesAtThePeak()
    {
        RunFolder run = await RunAsync("exact", "0,16,32,48,64,256", seed: 1);
        TaskFits bbh = Assert.Single(RunAnalysis.ReadFits(run).Tasks);
        Assert.Equal(64, bbh.Shape!.Fall!.PeakTokens);
        RunAllocation allocation = new PointFolder(run, "").ReadAllocation();
        TaskAllocation decided = Assert.Single(allocation.Tasks);
        Assert.Equal(64, decided.BudgetTokens, 1);
        Assert.StartsWith("BBH: Accuracy falls", allocation.Warnings[0].Text, StringComparison.Ordinal);
        Assert.EndsWith("try {Semantics} cap.", allocation.Warnings[0].Text, StringComparison.Ordinal);
        Assert.Equal(1, bbh.Shape.LengthenedShare!.Value, 0.05);
    }

    [Fact]
    public async Task Run_CapSemantics_PredictsWhatASecondRunMeasuresAtItsChoice()
    {
        RunFolder run = await RunAsync("cap", "0,16,32,48,64,256", seed: 1);
        TaskAllocation decided = Assert.Single(new PointFolder(run, "").ReadAllocation().Tasks);
        RunFolder second = await RunAsync("cap", $"0,{decided.IntegerBudgetTokens.ToString(CultureInfo.InvariantCulture)}", seed: 2);
        List<Trial> all = await second.Trials.ReadAsync().ToListAsync(TestContext.Current.CancellationToken);
        Trial[] there = [.. all.Where(trial => trial.BudgetTokens == decided.IntegerBudgetTokens && trial.IsUsable)];
        double tokens = there.Average(trial => trial.ThinkingTokens), accuracy = there.Average(trial => trial.Correct ? 1.0 : 0);
        double deviation = Math.Sqrt(there.Average(trial => Math.Pow(trial.ThinkingTokens - tokens, 2)) / there.Length);

        // Both runs have sampling error: the interval of the difference of two such means.
        Assert.InRange(decided.MeanThinkingTokens!.Value - tokens, -2.8 * deviation - 0.5, (2.8 * deviation) + 0.5);
        double pooled = (decided.Accuracy + accuracy) / 2;
        double spread = 2.8 * Math.Sqrt(2 * Math.Max(0.02, pooled * (1 - pooled)) / there.Length);
        Assert.InRange(decided.Accuracy - accuracy, -spread, spread);
    }

    /// <summary>No trace is longer than the first positive budget: that budget limits nothing, and its answers are the best.</summary>
    [Fact]
    public async Task Run_CapThatLimitsNothing_IsChosenAndNotCutOff()
    {
        RunFolder run = await RunAsync("cap", "0,64,256", seed: 1);
        TaskAllocation decided = Assert.Single(new PointFolder(run, "").ReadAllocation().Tasks);
        Assert.Equal(64, decided.IntegerBudgetTokens);
        Assert.InRange(decided.Accuracy, 0.9, 1);
    }

    private async Task<RunFolder> RunAsync(string semantics, string budgets, int seed)
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 4, contextPerSlot: 1024);
        string root = Path.Combine(_root, seed.ToString(CultureInfo.InvariantCulture));
        CommandRun run = await CommandRun.OfAsync(
            "run", "--endpoint", server.Api.ToString(), "--data", Repository.Shared("thinker/problems"), "--datasets", "bbh", "--items",
            "60",
            "--runs", "1", "--budgets", budgets, "--semantics", semantics, "--latency-items", "3", "--concurrency", "4", "--temperature",
            "0.6",
            "--seed", seed.ToString(CultureInfo.InvariantCulture), "--out", root);
        Assert.True(run.ExitCode == 0, run.Error);
        return RunFolder.Open(Assert.Single(Directory.GetDirectories(root)));
    }
}
