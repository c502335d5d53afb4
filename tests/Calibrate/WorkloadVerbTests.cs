using System.Globalization;
using System.Text.Json;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>
/// The decision on other curves, other servers, and with other wishes than α; all on small runs of the embedded endpoint.
/// </summary>
public sealed class WorkloadVerbTests(TwoTaskRun finished) : IClassFixture<TwoTaskRun>, IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("exact")]
    [InlineData("cap")]
    public async Task Allocate_WorkloadOfARun_GivesTheRunsAllocation(string semantics)
    {
        string folder = await RunAsync("--semantics", semantics, "--truth", Repository.File("docs/examples/s-shaped.json"));
        RunAllocation own = new PointFolder(RunFolder.Open(folder), "").ReadAllocation();
        using JsonDocument again = await JsonAsync("allocate", "--workload", Path.Combine(folder, "workload.json"), "--json");
        Assert.Equal(own.Objective, again.RootElement.GetProperty("objective").GetDouble(), 1e-9);
        JsonElement[] tasks = [.. again.RootElement.GetProperty("tasks").EnumerateArray()];
        Assert.Equal(
            own.Tasks.Select(task => task.IntegerBudgetTokens), tasks.Select(task => task.GetProperty("integer_budget_tokens").GetInt32()));
        Assert.All(own.Tasks.Zip(tasks), pair =>
            Assert.Equal(
                pair.First.BudgetTokens, pair.Second.GetProperty("budget_tokens").GetDouble(), 1e-6 * (1 + pair.First.BudgetTokens)));
        Assert.Equal(ProofStatus.Proved, own.Proof);
        Assert.Equal(semantics == "cap", own.Tasks.Any(task => task.MeanThinkingTokens is not null));
        if (semantics == "cap")
            Assert.All(own.Tasks, task => Assert.InRange(task.MeanThinkingTokens!.Value, 0, task.BudgetTokens + 1e-9));
    }

    /// <summary>
    /// Between points the queue is simulated as <c>allocate --at</c> values it; where nothing is known the verb says what is.
    /// </summary>
    [Theory]
    [InlineData("points", "100", null)]
    [InlineData("points", "300", "--budgets has 300 for a, whose accuracy is known from 0 to 256 tokens")]
    [InlineData("interpolated", "300", "--budgets has 300 for a, whose accuracy is known from 0 to 256 tokens")]
    [InlineData("measured", "100", "--budgets has 100 for a, whose service times are known at 0, 64, 256")]
    [InlineData("measured", "64", null)]
    public async Task Simulate_AnyBudget_IsKnownOrOneSentence(string kind, string budget, string? fault)
    {
        string service = kind == "measured"
            ? """{"points": [[0, 0.1, 0], [64, 0.74, 0.01], [256, 2.66, 0.1]]}"""
            : """{"t0_s": 0.1, "c_s_per_token": 0.01}""";
        string shape = kind == "interpolated" ? kind : "points";
        string file = Path.Combine(_root, "workload.json");
        await File.WriteAllTextAsync(
            file,
            $$"""
            {"arrival_rate_per_s": 0.1, "accuracy_weight_s": 30, "tasks": [{"task": "a", "probability": 1, "max_budget_tokens": 256,
              "accuracy": {"shape": "{{shape}}", "points": [[0, 0.2], [64, 0.6], [256, 0.8]]}, "service": {{service}}}]}
            """,
            Cancelled);
        CommandRun run = await CommandRun.OfAsync(
            "simulate", "--workload", file, "--budgets", budget, "--queries", "100", "--replications", "2");
        Assert.True(run.ExitCode == (fault is null ? 0 : 2), run.Error);
        if (fault is not null)
            Assert.StartsWith(fault, Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FallingTruth_DecidesAtMostAtThePeakAndWarnsFirst()
    {
        string folder = await RunAsync("--items", "80", "--runs", "2", "--truth", Repository.File("docs/examples/falling.json"));
        RunFolder run = RunFolder.Open(folder);
        RunFits fits = RunAnalysis.ReadFits(run);
        RunAllocation allocation = new PointFolder(run, "").ReadAllocation();
        TaskFits falling = Assert.Single(fits.Tasks, task => task.Shape!.Fall is not null);
        int peak = falling.Shape!.Fall!.PeakTokens;
        Assert.InRange(allocation.Tasks.Single(task => task.Task == falling.Task).BudgetTokens, 0, peak);
        Assert.Equal(Severity.Serious, allocation.Warnings[0].Severity);
        Assert.Contains("Accuracy falls", allocation.Warnings[0].Text, StringComparison.Ordinal);
        Assert.Contains(
            "up to " + peak.ToString(CultureInfo.InvariantCulture),
            await File.ReadAllTextAsync(run.In("table1.md"), Cancelled),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fit_GivenShape_IsUsedAndNamed()
    {
        string folder = Copy();
        Assert.Equal(0, (await CommandRun.OfAsync("fit", folder, "--shape", "gsm8k=interpolated")).ExitCode);
        foreach (string[] verb in (string[][])[["figures", folder], ["simulate", folder, "--queries", "100", "--replications", "2"]])
        {
            CommandRun stale = await CommandRun.OfAsync(verb);
            Assert.Equal(2, stale.ExitCode);
            Assert.Contains("was made from other fits", stale.Error, StringComparison.Ordinal);
            Assert.Contains($"run calibrate allocate {folder} again", stale.Error, StringComparison.Ordinal);
        }

        CommandRun allocated = await CommandRun.OfAsync("allocate", folder);
        Assert.Contains("(interpolated", allocated.Output, StringComparison.Ordinal);
        TaskShape shape = RunAnalysis.ReadFits(RunFolder.Open(folder)).Tasks.Single(task => task.Task == "gsm8k").Shape!;
        Assert.Equal((ShapeKind.Interpolated, true), (shape.Kind, shape.Given));
        CommandRun unknown = await CommandRun.OfAsync("fit", folder, "--shape", "gsm8k=parabola");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("--shape has \"gsm8k=parabola\"", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allocate_RowsChangedSinceTheFit_IsRefused()
    {
        string folder = Copy();
        RunFolder run = RunFolder.Open(folder);
        List<Trial> trials = await run.Trials.ReadAsync().ToListAsync(Cancelled);
        trials[^1] = trials[^1] with { Correct = !trials[^1].Correct };
        await run.Trials.WriteAsync(trials.ToAsyncEnumerable());
        foreach (string verb in (string[])["allocate", "figures", "report"])
        {
            CommandRun stale = await CommandRun.OfAsync(verb, folder);
            Assert.Equal(2, stale.ExitCode);
            Assert.Contains("was made from other rows", stale.Error, StringComparison.Ordinal);
            Assert.Contains($"run calibrate fit {folder}, then calibrate allocate, again", stale.Error, StringComparison.Ordinal);
        }

        foreach (string verb in (string[])["fit", "allocate", "figures", "report"])
            Assert.Equal(0, (await CommandRun.OfAsync(verb, folder)).ExitCode);
    }

    [Fact]
    public async Task Allocate_WishesServerAndPolicy_AreFulfilled()
    {
        string folder = Copy();
        CommandRun timed = await CommandRun.OfAsync("allocate", folder, "--max-mean-time", "1.5", "--json");
        Assert.True(timed.ExitCode == 0, timed.Error);
        using JsonDocument within = JsonDocument.Parse(timed.Output);
        Assert.InRange(within.RootElement.GetProperty("mean_system_time_s").GetDouble(), 0.2, 1.5 + 1e-6);
        using JsonDocument accurate = await JsonAsync("allocate", folder, "--min-accuracy", "0.6", "--json");
        Assert.InRange(accurate.RootElement.GetProperty("accuracy").GetDouble(), 0.6 - 1e-6, 0.7);
        CommandRun both = await CommandRun.OfAsync("allocate", folder, "--min-accuracy", "0.6", "--max-p95", "3");
        Assert.Contains("exclude each other", both.Error, StringComparison.Ordinal);
        CommandRun tail = await CommandRun.OfAsync("allocate", folder, "--max-p95", "3");
        Assert.True(tail.ExitCode == 0, tail.Error);
        Assert.Contains("95 % of the simulated system times are below", tail.Error, StringComparison.Ordinal);

        string server = Path.Combine(_root, "server.json"), policy = Path.Combine(_root, "policy.csv");
        await File.WriteAllTextAsync(server, "{\"speed\": [1, 1.8, 2.4, 2.8]}", Cancelled);
        using JsonDocument slots = await JsonAsync(
            "allocate", folder, "--server-speed", server, "--arrival-rate", "0.5", "--policy", policy, "--json");
        Assert.Equal(4, slots.RootElement.GetProperty("server_speed").GetArrayLength());
        Assert.False(slots.RootElement.TryGetProperty("kkt_residual", out _));
        string[] rows = await File.ReadAllLinesAsync(policy, Cancelled);
        Assert.StartsWith("arrival_rate_per_s,gsm8k,arc,objective", rows[0], StringComparison.Ordinal);
        double[] budgets = [.. rows.Skip(1).Select(row => double.Parse(row.Split(',')[1], CultureInfo.InvariantCulture))];
        Assert.True(budgets[0] > budgets[^1], "More load leaves less thinking.");
    }

    private string Copy()
    {
        string folder = Path.Combine(_root, Path.GetFileName(finished.Folder));
        finished.CopyTo(folder);
        return folder;
    }

    private async Task<string> RunAsync(params string[] more)
    {
        CommandRun run = await CommandRun.OfAsync(
            ["run", .. more.Contains("--items") ? [] : (string[])["--items", "40", "--runs", "2"], "--datasets", "gsm8k,arc",
                "--latency-items", "3", "--out", _root, .. more]);
        Assert.True(run.ExitCode == 0, run.Error);
        return Directory.GetDirectories(_root).Order().Last(folder => File.Exists(Path.Combine(folder, "manifest.json")));
    }

    private static async Task<JsonDocument> JsonAsync(params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonDocument.Parse(run.Output);
    }
}
