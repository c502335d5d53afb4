using System.Globalization;
using System.Text.RegularExpressions;
using Calibration.Endpoint;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Calibration.Tests.Endpoint;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Harness.Forcing;

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
            Assert.Equal(PromptFormat.TokenIds, trial.PromptFormat);
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
            "--task", $"own={task.Path}", "--budgets", string.Join(',', Budgets), "--runs", "1", "--semantics", semantics, "--temperature",
            "0",
            "--concurrency", "2", "--latency-items", "2",
        ];
        MeasuredRun forked = await MeasuredRun.OfAsync(server.Api, arguments);
        MeasuredRun independent = await MeasuredRun.OfAsync(server.Api, [.. arguments, "--independent"]);

        Assert.False(forked.Manifest.Plan.Independent);
        Assert.True(independent.Manifest.Plan.Independent);
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

    /// <summary>
    /// At a context slightly too small the long problems would be missing, and the accuracy of the others printed for all.
    /// </summary>
    [Fact]
    public async Task Measure_PlanThatDoesNotFit_IsRefusedWithTheBudgetAndTheContextThatWould()
    {
        const int Context = 200;
        using var task = new OwnTask("What is the last digit of 4 + 5? Answer in a box.", new string('a', 90));
        var log = new ServedRequests();
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], ContextTokens = Context, Log = log }, TestContext.Current.CancellationToken);
        string[] arguments = ["--task", $"own={task.Path}", "--runs", "1", "--latency-items", "2"];
        CommandRun refused = await CommandRun.OfAsync(
        [
            "measure", "--endpoint", endpoint.BaseAddress.ToString(), .. arguments, "--budgets", "0,16,64",
        ]);
        Assert.Equal(2, refused.ExitCode);
        Assert.All(log.All, served => Assert.Equal(1, served.MaxTokens));
        Match match = Regex.Match(
            refused.Error.Trim(),
            @"^own: 1 of 2 problems do not fit the context of 200 tokens at budget 64\. The largest budget that fits every problem is (\d+): lower --budgets own=…, or serve the model with a context of at least (\d+) tokens\.$");
        Assert.True(match.Success, refused.Error);

        // Both numbers of the sentence are exact.
        int largest = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        MeasuredRun run = await MeasuredRun.OfAsync(endpoint.BaseAddress, [.. arguments, "--budgets", $"0,{largest}"]);
        Assert.All(run.Trials, trial => Assert.True(trial.IsUsable, trial.Reason));
        Assert.All(run.Service, sample => Assert.Equal(TrialStatus.Ok, sample.Status));
        Assert.All(
            log.All,
            served => Assert.True(served.PromptTokens + served.MaxTokens <= Context, $"{served.PromptTokens} + {served.MaxTokens}"));
        Assert.Equal(
            2,
            (await CommandRun.OfAsync(
            [
                "measure", "--endpoint", endpoint.BaseAddress.ToString(), .. arguments, "--budgets", $"0,{largest + 1}",
            ])).ExitCode);
        await using EmbeddedEndpoint longer = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], ContextTokens = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) },
                TestContext.Current.CancellationToken);
        Assert.All(
            (await MeasuredRun.OfAsync(longer.BaseAddress, [.. arguments, "--budgets", "0,16,64"])).Trials,
            trial => Assert.True(trial.IsUsable, trial.Reason));
    }

    [Fact]
    public async Task Measure_PlanThatDoesNotFitLlamaCpp_IsRefused()
    {
        using var task = new OwnTask(OwnTask.Scripts[0], string.Join(' ', Enumerable.Repeat("Start at 4.", 60)));
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 512);
        CommandRun refused = await CommandRun.OfAsync(
            "measure", "--endpoint", server.Api.ToString(), "--task", $"own={task.Path}", "--budgets", "0,8,250", "--runs", "1",
            "--temperature", "0", "--latency-items", "2");
        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith(
            "own: 1 of 2 problems do not fit the context of 512 tokens at budget 250.", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>Where the context becomes known only by a refusal, the smaller budgets of the problem are kept, in both passes.</summary>
    [Fact]
    public async Task Measure_ContextThatIsShorterThanTold_KeepsTheSmallerBudgets()
    {
        using var task = new OwnTask("4 + 5?", "5 + 4?");
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], ContextTokens = 150, ReportedContextTokens = 40_960 },
                TestContext.Current.CancellationToken);
        MeasuredRun run = await MeasuredRun.OfAsync(
            endpoint.BaseAddress, "--task", $"own={task.Path}", "--budgets", "0,8,16,160,200", "--runs", "1", "--latency-items", "2");
        Assert.Equal(2 * 5, run.Trials.Length);
        Assert.All(run.Trials, trial => Assert.Equal(trial.BudgetTokens <= 16, trial.IsUsable));
        Assert.All(
            run.Trials.Where(trial => trial.BudgetTokens > 16),
            trial => Assert.Contains("max_model_len=150", trial.Reason, StringComparison.Ordinal));
        Assert.All(
            run.Service.Where(sample => sample.TraceId.EndsWith("/latency", StringComparison.Ordinal)),
            sample => Assert.Equal(sample.BudgetTokens <= 16, sample.Status == TrialStatus.Ok));
        Assert.Equal(2 * 5, run.Service.Count(sample => sample.TraceId.EndsWith("/latency", StringComparison.Ordinal)));
    }
}
