using System.Collections.Immutable;
using Calibration.Endpoint;
using Calibration.Results;
using Calibration.Tests.Endpoint;
using Xunit;

namespace Calibration.Tests.Harness;

/// <summary>Budgets are held to the token on a real llama.cpp server, whatever the model writes.</summary>
[Collection("llama.cpp")]
public sealed class EnforcementTests
{
    /// <summary>Qwen3's close of thinking and ends of the turn.</summary>
    private static readonly int[] Ends = [151668, 151645, 151643];

    private static readonly int[] Budgets = [0, 1, 2, 7, 64, 257];

    [Theory]
    [InlineData("llama-server/tiny-qwen3-random.gguf", "exact", "1")]
    [InlineData("llama-server/tiny-qwen3-random.gguf", "cap", "1")]
    [InlineData("thinker/thinker-qwen3.gguf", "exact", "0.6")]
    [InlineData("thinker/thinker-qwen3.gguf", "cap", "0.6")]
    public async Task Measure_EnglishChineseAndEmoji_HoldsEveryBudget(string model, string semantics, string temperature)
    {
        using var task = new OwnTask(OwnTask.Scripts);
        await using LlamaServer server = await LlamaServer.StartAsync(model, slots: 2, contextPerSlot: 1024);
        MeasuredRun run = await MeasuredRun.OfAsync(
            server.Api, "--task", $"own={task.Path}", "--budgets", string.Join(',', Budgets), "--runs", "2", "--semantics", semantics,
            "--temperature", temperature, "--top-k", "0", "--top-p", "1", "--concurrency", "2", "--latency-items", "2");

        Assert.Equal(3 * 2 * Budgets.Length, run.Trials.Length);
        Assert.All(run.Trials, trial =>
        {
            Assert.True(trial.IsUsable, trial.Reason);
            Assert.Equal(CountSource.Ids, trial.CountSource);
            Assert.Equal(Road.Ids, trial.Road);
            Assert.True(trial.ThinkingTokens == trial.BudgetTokens || (trial.ClosedByModel && trial.ThinkingTokens < trial.BudgetTokens));
            Assert.True(semantics == "cap" || !trial.ClosedByModel);
        });
        Assert.Equal(3 * 2, run.Traces.Length);
        Assert.All(run.Traces, trace =>
        {
            Assert.True(trace.TokenIds.Length == 257 || trace.ClosedByModel);
            Assert.DoesNotContain(trace.TokenIds, id => Ends.Contains(id));
        });
        Assert.NotEmpty(run.Service);
        Assert.All(run.Service, sample =>
        {
            Assert.True(sample.Status == TrialStatus.Ok, sample.Reason);
            Assert.True(semantics == "cap" || sample.ThinkingTokens == sample.BudgetTokens);
            Assert.True(sample.ServerS > 0 && sample.ServerS < sample.ServiceS, $"{sample.ServerS} of {sample.ServiceS}");
        });
    }

    [Theory]
    [InlineData("exact")]
    [InlineData("cap")]
    public async Task Measure_ForkedAndIndependent_AreTheSameTokensAtTemperatureZero(string semantics)
    {
        using var task = new OwnTask(OwnTask.Scripts);
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 2, contextPerSlot: 1024);
        string[] arguments =
        [
            "--task", $"own={task.Path}", "--budgets", string.Join(',', Budgets), "--runs", "1", "--semantics", semantics, "--temperature", "0",
            "--concurrency", "2", "--latency-items", "2",
        ];
        MeasuredRun forked = await MeasuredRun.OfAsync(server.Api, arguments);
        MeasuredRun independent = await MeasuredRun.OfAsync(server.Api, [.. arguments, "--independent"]);

        Assert.False(forked.Manifest.Plan.GetProperty("independent").GetBoolean());
        Assert.True(independent.Manifest.Plan.GetProperty("independent").GetBoolean());
        Assert.Equal(3, forked.Traces.Length);
        Assert.Equal(3 * 5, independent.Traces.Length);
        Assert.Equal(3 * 6, independent.Trials.Select(trial => trial.TraceId).Distinct().Count());
        foreach (Trace trace in independent.Traces)
        {
            Trace whole = Assert.Single(forked.Traces, other => other.ProblemId == trace.ProblemId);
            Assert.Equal(whole.TokenIds.Take(trace.TokenIds.Length), trace.TokenIds);
        }

        foreach ((Trial one, Trial other) in forked.Trials.Zip(independent.Trials))
            Assert.Equal(one with { TraceId = "", Gold = "" }, other with { TraceId = "", Gold = "" });
    }

    [Fact]
    public async Task Measure_BeyondTheContext_IsNeverSent()
    {
        const int Context = 200;
        using var task = new OwnTask("What is the last digit of 4 + 5? Answer in a box.", new string('a', 90));
        var log = new ServedRequests();
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], ContextTokens = Context, Log = log }, TestContext.Current.CancellationToken);
        MeasuredRun run = await MeasuredRun.OfAsync(endpoint.BaseAddress, "--task", $"own={task.Path}", "--budgets", "0,16,64", "--runs", "1", "--latency-items", "2");
        Assert.All(log.All, served => Assert.True(served.PromptTokens + served.MaxTokens <= Context, $"{served.PromptTokens} + {served.MaxTokens}"));
        Assert.Equal((3, 3), (run.Trials.Count(trial => trial.IsUsable), run.Trials.Count(trial => trial.Status == TrialStatus.Failed)));
    }

    [Fact]
    public async Task Measure_ProblemThatDoesNotFit_IsRefusedBeforeItIsSent()
    {
        using var task = new OwnTask(OwnTask.Scripts[0], string.Join(' ', Enumerable.Repeat("Start at 4.", 60)));
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 512);
        MeasuredRun run = await MeasuredRun.OfAsync(
            server.Api, "--task", $"own={task.Path}", "--budgets", "0,8,250", "--runs", "1", "--temperature", "0", "--latency-items", "2");
        Assert.Equal(["p0", "p1"], run.Trials.Select(trial => trial.ProblemId).Distinct().Order());
        ImmutableArray<Trial> refused = [.. run.Trials.Where(trial => trial.ProblemId == "p1")];
        Assert.All(refused, trial => Assert.Contains("tokens of context", trial.Reason, StringComparison.Ordinal));
        Assert.All(refused, trial => Assert.Equal(TrialStatus.Failed, trial.Status));
        Assert.Equal("p0", Assert.Single(run.Traces).ProblemId);
        Assert.Contains(run.Service, sample => sample is { ProblemId: "p1", Status: TrialStatus.Failed, ServiceS: 0 });
        Assert.All(run.Trials.Where(trial => trial.ProblemId == "p0"), trial => Assert.Equal(trial.BudgetTokens, trial.ThinkingTokens));
    }
}
