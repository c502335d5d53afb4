using System.Collections.Immutable;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Harness.Forcing;

/// <summary>The whole command against a real llama.cpp server with a small model that really thinks.</summary>
[Collection("llama.cpp")]
public sealed class ThinkerTests : IDisposable
{
    private const int Items = 60;

    private static readonly int[] Budgets = [0, 8, 16, 32, 48, 64, 96, 128, 192, 256];

    /// <summary>Accuracy at these budgets, measured by an independent script (shared/thinker/README.md).</summary>
    private static readonly Dictionary<string, double[]> Reference = new(StringComparer.Ordinal)
    {
        ["gsm8k"] = [0.170, 0.170, 0.280, 0.493, 0.613, 0.713, 0.863, 0.880, 0.913, 0.930],
        ["bbh"] = [0.210, 0.203, 0.307, 0.583, 0.800, 0.983, 0.983, 0.990, 0.983, 0.980],
        ["aime"] = [0.097, 0.127, 0.107, 0.063, 0.113, 0.077, 0.287, 0.410, 0.760, 0.760],
    };

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Run_CapSemantics_AgreesWithTheIndependentCurve()
    {
        ImmutableArray<Trial> trials = await MeasureAsync("cap", string.Join(',', Reference.Keys), string.Join(',', Budgets), Items);
        Assert.Equal(3 * Items * Budgets.Length, trials.Length);
        Assert.All(trials, trial =>
        {
            Assert.True(trial.IsUsable, trial.Reason);
            Assert.True(trial.ThinkingTokens <= trial.BudgetTokens);
            Assert.True(trial.ThinkingTokens == trial.BudgetTokens || trial.ClosedByModel);
        });
        foreach ((string task, double[] accuracies) in Reference)
        {
            // Over all budgets: two standard errors of the mean over 60 problems, whose answers are alike.
            double mean = trials.Where(trial => trial.Task == task).Average(trial => trial.Correct ? 1.0 : 0);
            Assert.InRange(mean - accuracies.Average(), -0.08, 0.08);
            foreach ((int budget, double accuracy) in Budgets.Zip(accuracies))
                AssertAgrees(trials, task, budget, accuracy);
        }
    }

    [Fact]
    public async Task Run_ExactSemantics_HoldsEveryBudgetByTheIds()
    {
        int[] budgets = [0, 1, 2, 7, 64, 257];
        ImmutableArray<Trial> trials = await MeasureAsync("exact", "gsm8k", string.Join(',', budgets), 12);
        Assert.Equal(12 * budgets.Length, trials.Length);
        Assert.All(trials, trial =>
        {
            Assert.True(trial.IsUsable, trial.Reason);
            Assert.Equal(trial.BudgetTokens, trial.ThinkingTokens);
            Assert.Equal(CountSource.Ids, trial.CountSource);
            Assert.False(trial.ClosedByModel);
        });

        // The thinker wants to stop after some 60 tokens: 257 are reached only by overriding it.
        Assert.Contains(trials, trial => trial is { BudgetTokens: 257, Cues: > 0 });

        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
        List<ServiceSample> service = await folder.Service.ReadAsync().ToListAsync(TestContext.Current.CancellationToken);
        Assert.All(service, sample => Assert.Equal(ServiceSource.Client, sample.ServiceSource));
        Assert.All(
            service.Where(sample => sample.Status == TrialStatus.Ok), sample => Assert.Equal(sample.BudgetTokens, sample.ThinkingTokens));
        Assert.True(Mean(257) > Mean(7));

        double Mean(int budget) =>
            service.Where(sample => sample.BudgetTokens == budget && sample.Status == TrialStatus.Ok).Average(sample => sample.ServiceS);
    }

    private static void AssertAgrees(ImmutableArray<Trial> trials, string task, int budget, double reference)
    {
        double measured = trials.Where(trial => trial.Task == task && trial.BudgetTokens == budget)
            .Average(trial => trial.Correct ? 1.0 : 0);

        // The reference has its own error from 300 problems; four standard errors of the difference over thirty comparisons.
        double error = Math.Sqrt((reference * (1 - reference) * ((1.0 / Items) + (1.0 / 300))) + (0.25 / (Items * Items)));
        Assert.True(
            Math.Abs(measured - reference) < 4 * error, $"{task} at {budget}: measured {measured:0.000}, reference {reference:0.000}");
    }

    private async Task<ImmutableArray<Trial>> MeasureAsync(string semantics, string datasets, string budgets, int items)
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 4, contextPerSlot: 2048);
        CommandRun run = await CommandRun.OfAsync(
            "measure", "--endpoint", server.Api.ToString(), "--data", Repository.Shared("thinker/problems"), "--datasets", datasets,
            "--items", $"{items}", "--runs", "1",
            "--budgets", budgets, "--semantics", semantics, "--temperature", "0.6", "--concurrency", "4", "--latency-items", "2", "--out",
            _root);
        Assert.True(run.ExitCode == 0, run.Error);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
        return [.. await folder.Trials.ReadAsync().ToListAsync(TestContext.Current.CancellationToken)];
    }
}
