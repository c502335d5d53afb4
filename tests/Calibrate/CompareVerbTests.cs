using System.Text.Json;
using Calibration.Analysis;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Two runs side by side, and what given budgets cost; on small runs of the embedded endpoint.</summary>
public sealed class CompareVerbTests(TwoTaskRun finished) : IClassFixture<TwoTaskRun>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Compare_RunWithItself_ClaimsNothing()
    {
        CommandRun run = await CommandRun.OfAsync(
            "compare", finished.Folder, finished.Folder, "--json", "--out", Path.Combine(_root, "out"));
        Assert.True(run.ExitCode == 0, run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement root = json.RootElement;
        Assert.False(root.GetProperty("has_claims").GetBoolean());
        Assert.NotEqual(nameof(Keeping.Change), root.GetProperty("decision").GetProperty("keeping").GetString());
        Assert.All(root.GetProperty("tasks").EnumerateArray(), task =>
        {
            Assert.True(task.GetProperty("paired_problems").GetInt32() > 1);
            Assert.All(task.GetProperty("accuracy").EnumerateArray(), at => Assert.Equal(0, at.GetProperty("difference").GetDouble()));
        });
        foreach (string name in (string[])["compare.md", "compare.html", "compare.json", "compare.svg", "compare.pdf", "compare.csv"])
            Assert.True(new FileInfo(Path.Combine(_root, "out", name)).Length > 0, name);
    }

    /// <summary>The same problems under a model whose accuracy differs: the difference is claimed, and the server's speed is not.</summary>
    [Fact]
    public async Task Compare_OtherTruth_FindsTheDifference()
    {
        string other = await OtherTruthAsync();
        CommandRun run = await CommandRun.OfAsync("compare", finished.Folder, other);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("| * |", run.Output, StringComparison.Ordinal);
        Assert.Contains("under the new model", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(other, "compare", Path.GetFileName(finished.Folder), "compare.html")));
    }

    /// <summary>
    /// Three runs, the last with another truth: they stand in the order of their dates, only the last differs from the first,
    /// and all tests share one error.
    /// </summary>
    [Fact]
    public async Task Compare_ThreeRuns_FollowsThemOverTime()
    {
        string same = CopyOf("same", day: 1), other = await OtherTruthAsync();
        SetDate(other, day: 2);
        CommandRun run = await CommandRun.OfAsync("compare", other, same, finished.Folder, "--json", "--out", Path.Combine(_root, "out"));
        Assert.True(run.ExitCode == 0, run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        JsonElement[] runs = [.. json.RootElement.GetProperty("runs").EnumerateArray()];
        JsonElement[] comparisons = [.. json.RootElement.GetProperty("comparisons").EnumerateArray()];
        string[] ids = [.. runs.Select(at => at.GetProperty("run").GetProperty("run").GetString()!)];
        Assert.Equal([Path.GetFileName(finished.Folder), "same", Path.GetFileName(other)], ids);
        Assert.Equal([false, true], comparisons.Select(comparison => comparison.GetProperty("has_claims").GetBoolean()));
        int tests = json.RootElement.GetProperty("tests").GetInt32();
        Assert.All(comparisons, comparison => Assert.Equal(tests, comparison.GetProperty("tests").GetInt32()));
        RunAllocation own = PointFolder.Open(finished.Folder).ReadAllocation();
        Assert.Equal(
            own.Tasks.Select(task => (task.Task, (double)task.IntegerBudgetTokens)),
            runs[2].GetProperty("kept").GetProperty("budgets").EnumerateArray().Select(at =>
                (at.GetProperty("task").GetString()!, at.GetProperty("budget_tokens").GetDouble())));
        Assert.Equal(0, runs[0].GetProperty("kept").GetProperty("loss").GetProperty("value").GetDouble(), 0.05);
        Assert.False(runs[0].TryGetProperty("decision", out _));

        // The falling truth's run offers no budget beyond its peak, but has measured some: what the old one costs is known.
        JsonElement cut = runs[2].GetProperty("kept").GetProperty("budgets").EnumerateArray().First(at =>
            at.GetProperty("task").GetString() == "gsm8k");
        Assert.False(cut.TryGetProperty("valued_at_tokens", out _));
        Assert.Equal(nameof(Keeping.Change), runs[2].GetProperty("decision").GetProperty("keeping").GetString());
        Assert.True(runs[2].GetProperty("kept").GetProperty("loss").GetProperty("interval").GetProperty("low").GetDouble() > 1);
        Assert.Equal(
            runs[0].GetProperty("kept").GetProperty("accuracy").GetProperty("value").GetDouble(),
            own.Tasks.Zip(runs[0].GetProperty("kept").GetProperty("budgets").EnumerateArray(), (task, at) =>
                task.Probability * at.GetProperty("accuracy").GetProperty("value").GetDouble()).Sum(),
            1e-9);
        string markdown = await File.ReadAllTextAsync(Path.Combine(_root, "out", "compare.md"), TestContext.Current.CancellationToken);
        Assert.Contains("## Claimed differences from the first run", markdown, StringComparison.Ordinal);
        Assert.Contains($"{Path.GetFileName(other)} (simulated)", markdown, StringComparison.Ordinal);
        foreach (string name in (string[])["compare.html", "compare.svg", "compare.pdf", "compare.csv"])
            Assert.True(new FileInfo(Path.Combine(_root, "out", name)).Length > 0, name);
    }

    private async Task<string> OtherTruthAsync()
    {
        CommandRun measured = await CommandRun.OfAsync(
            "run", "--datasets", "gsm8k,arc", "--items", "40", "--runs", "2", "--latency-items", "3", "--seed", "7", "--truth",
            Repository.File("docs/examples/falling.json"), "--out", _root);
        Assert.True(measured.ExitCode == 0, measured.Error);
        return Assert.Single(Directory.GetDirectories(_root), folder => Path.GetFileName(folder) != "same");
    }

    private string CopyOf(string name, int day)
    {
        string copy = Path.Combine(_root, name);
        finished.CopyTo(copy);
        SetDate(copy, day);
        return copy;
    }

    /// <summary>So many days after the finished run, under the folder's own name.</summary>
    private void SetDate(string folder, int day)
    {
        RunManifest first = RunFolder.Open(finished.Folder).ReadManifest();
        string path = Path.Combine(folder, "manifest.json");
        RunManifest own = RunFolder.Open(folder).ReadManifest();
        File.WriteAllText(path, JsonSerializer.Serialize(
            own with { Id = Path.GetFileName(folder), CreatedUtc = first.CreatedUtc.AddDays(day) }, ResultsJson.Document));
    }

    [Fact]
    public async Task Allocate_AtTheBestBudgets_LosesNothing()
    {
        RunAllocation own = new PointFolder(RunFolder.Open(finished.Folder), "").ReadAllocation();
        string at = string.Join(',', own.Tasks.Select(task => FormattableString.Invariant($"{task.Task}={task.BudgetTokens:R}")));
        CommandRun run = await CommandRun.OfAsync("allocate", finished.Folder, "--at", at, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Output);
        CorrectedValue decided = own.Decision!.Objective;
        Assert.Equal(decided.Raw - decided.Misfit, json.RootElement.GetProperty("objective").GetProperty("value").GetDouble(), 1e-6);
        Assert.Equal(0, json.RootElement.GetProperty("loss").GetProperty("value").GetDouble(), 1e-6);
        Assert.True(json.RootElement.GetProperty("objective").GetProperty("interval").GetProperty("low").GetDouble()
            < json.RootElement.GetProperty("objective").GetProperty("interval").GetProperty("high").GetDouble());
    }

    [Fact]
    public async Task Simulate_BudgetsOfARun_SimulatesThem()
    {
        int tasks = new PointFolder(RunFolder.Open(finished.Folder), "").ReadAllocation().Tasks.Length;
        CommandRun run = await CommandRun.OfAsync(
            "simulate", finished.Folder, "--budgets", string.Join(',', Enumerable.Repeat("0", tasks)), "--queries", "500",
            "--replications", "20");
        Assert.True(run.ExitCode == 0, run.Error);
        CommandRun few = await CommandRun.OfAsync("simulate", finished.Folder, "--budgets", "0,0,0,0,0,0,0,0,0");
        Assert.Equal(2, few.ExitCode);
        Assert.Contains("give one per task", few.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--at names gsm8k twice.", "allocate", "RUN", "--at", "gsm8k=1,gsm8k=2")]
    [InlineData("--at has \"many\": give budgets in tokens that are 0 or more", "allocate", "RUN", "--at", "many")]
    [InlineData("--policy has no effect with --at", "allocate", "RUN", "--at", "gsm8k=1", "--policy", "p.csv")]
    [InlineData("unheard takes no part in the allocation; the tasks are", "allocate", "RUN", "--at", "unheard=3")]
    [InlineData("--mix names unheard, which the runs do not have in common:", "compare", "RUN", "RUN", "--mix", "unheard=1")]
    [InlineData("--tolerable-loss must be a number of seconds that is 0 or more.", "compare", "RUN", "RUN", "--tolerable-loss", "-1")]
    public async Task Verbs_WrongInput_SayWhatToDo(string message, params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync([.. arguments.Select(word => word == "RUN" ? finished.Folder : word)]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(message, run.Error, StringComparison.Ordinal);
    }
}
