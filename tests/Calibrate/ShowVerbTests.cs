using Calibration.Analysis;
using Calibration.Endpoint;
using Calibration.Fitting;
using Calibration.Results;
using Calibration.Tests.Harness.Servers;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>A run in one screen, and one problem's thinking, answers and grades, on real runs.</summary>
[Collection("llama.cpp")]
public sealed class ShowVerbTests(SmallRun small) : IClassFixture<SmallRun>, IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Show_AllocatedRun_SaysWhatItIsAndWhatItDecided()
    {
        string screen = await ShownAsync(small.Folder);
        RunAllocation allocation = PointFolder.Open(small.Folder).ReadAllocation();
        Interval budget = Assert.Single(allocation.Decision!.Tasks).BudgetTokens;
        Assert.StartsWith(
            $"{Path.GetFileName(small.Folder)}  [simulated endpoint]  [own sample problems]\n", screen, StringComparison.Ordinal);
        Assert.Contains("24 tried, 0 of them excluded", screen, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"[{budget.Low:0.0}, {budget.High:0.0}]"), screen, StringComparison.Ordinal);
        Assert.Contains(
            FormattableString.Invariant($"J is {allocation.Decision.Objective.Value:0.000} s"),
            screen, StringComparison.Ordinal);
        Severity gravest = allocation.Warnings.Max(warning => warning.Severity);
        Assert.Contains($"  {gravest}: ", screen, StringComparison.Ordinal);
        Assert.InRange(screen.Split('\n').Length, 10, 40);
    }

    [Fact]
    public async Task Show_RunAtEachStage_SaysWhatIsMissing()
    {
        string folder = await MeasuredAsync("--budgets", "0,8", "--items", "3");
        Assert.Contains($"It is not fitted yet: calibrate fit {folder}", await ShownAsync(folder), StringComparison.Ordinal);
        await RunFolder.Open(folder).ReopenAsync(Cancelled);
        string journal = Path.Combine(folder, "journal", "trials.jsonl");
        await File.WriteAllLinesAsync(journal, (await File.ReadAllLinesAsync(journal, Cancelled))[..4], Cancelled);
        string open = await ShownAsync(folder);
        Assert.Contains("[incomplete: 4 of 6 trials]", open, StringComparison.Ordinal);
        Assert.Contains($"calibrate run --resume {folder}", open, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_Problem_IsTheSameFromKeptTextAndFromTheEndpoint()
    {
        string folder = await MeasuredAsync("--keep-text", "--budgets", "0,8,64", "--items", "2", "--semantics", "cap");
        MeasuredText[] kept = await TextsAsync(folder);
        Assert.NotEmpty(kept);
        string problem = $"arc/{kept[0].ProblemId}";
        string fromText = await ShownAsync(folder, problem);
        string firstEight = kept.First(text => text.ProblemId == kept[0].ProblemId && text.Tokens == 8).Text;
        Assert.Contains("thinking, 8 tokens:\n" + firstEight, fromText, StringComparison.Ordinal);
        Assert.Contains("thinking, tokens 9 to ", fromText, StringComparison.Ordinal);
        Assert.Contains("== run 0, budget 0: ", fromText, StringComparison.Ordinal);
        File.Delete(Path.Combine(folder, "thinking.parquet"));
        Assert.Equal(fromText, await ShownAsync(folder, problem));
        string one = await ShownAsync(folder, problem, "--budget", "8", "--run", "0");
        Assert.Equal(1, one.Split("== run ").Length - 1);
    }

    [Fact]
    public async Task Show_ProblemOfAServerThatIsAway_ShowsTheAnswersAndSaysWhatToDo()
    {
        string folder = await MeasuredAsync("--budgets", "0,8", "--items", "2");
        RunFolder run = RunFolder.Open(folder);
        RunManifest manifest = run.ReadManifest();
        await run.WriteManifestAsync(manifest with
        {
            Simulated = false,
            Endpoint = manifest.Endpoint with { Simulated = false, Url = "http://127.0.0.1:9/v1" },
        });
        Trial trial = await run.Trials.ReadAsync().FirstAsync(Cancelled);
        string shown = await ShownAsync(folder, $"arc/{trial.ProblemId}");
        Assert.Contains(
            "The thinking is not shown: it was not kept as text, and http://127.0.0.1:9/v1 does not", shown, StringComparison.Ordinal);
        Assert.Contains("name it with --endpoint, or measure with --keep-text", shown, StringComparison.Ordinal);
        Assert.Contains("thinking: 8 tokens\nanswer, ", shown, StringComparison.Ordinal);

        // A server of another model has other token ids.
        await using EmbeddedEndpoint other = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], Model = "another" }, Cancelled);
        CommandRun refused = await CommandRun.OfAsync(
            "show", folder, $"arc/{trial.ProblemId}", "--endpoint", other.BaseAddress.ToString());
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("does not serve a model simulated-qwen3-8b; it serves another", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unheard/1", "names the task \"unheard\", which")]
    [InlineData("arc/none", "it has 8 problems of arc: ")]
    [InlineData("PROBLEM --budget 7", "its budgets are 0, 8, 64, its runs 0.")]
    [InlineData("arc --budget 8", "--budget is for one problem")]
    public async Task Show_WhatIsNotThere_IsOneSentence(string words, string sentence)
    {
        Trial trial = await RunFolder.Open(small.Folder).Trials.ReadAsync().FirstAsync(Cancelled);
        string[] arguments = words.Replace("PROBLEM", $"arc/{trial.ProblemId}", StringComparison.Ordinal).Split(' ');
        CommandRun run = await CommandRun.OfAsync(["show", small.Folder, .. arguments]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(sentence, Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_Task_CountsTheRowsAtEachBudget()
    {
        string folder = await MeasuredAsync("--budgets", "0,8,64,512", "--items", "12", "--semantics", "cap");
        List<Trial> trials = await RunFolder.Open(folder).Trials.ReadAsync().ToListAsync(Cancelled);
        string[] rows = (await ShownAsync(folder, "arc")).Trim().Split('\n')[3..];
        Assert.Equal(4, rows.Length);
        foreach (string line in rows)
        {
            string[] row = line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            Trial[] at = [.. trials.Where(trial => FormattableString.Invariant($"{trial.BudgetTokens}") == row[0])];
            Assert.Equal(FormattableString.Invariant($"{at.Count(trial => trial.Status == TrialStatus.NoAnswer) / 12.0:0.0 %}"), row[3]);
            Assert.Equal(FormattableString.Invariant($"{at.Count(trial => !trial.ClosedByModel) / 12.0:0.0 %}"), row[4]);
            Assert.Equal(FormattableString.Invariant($"{at.Count(trial => trial.Correct) / 12.0:0.000}"), row[2]);
        }
    }

    /// <summary>A real tokenizer: every kept text is the beginning of the longest of its trace, also where the run was resumed.</summary>
    [Theory]
    [InlineData("token-ids", "exact")]
    [InlineData("text", "cap")]
    public async Task KeepText_OnLlamaCpp_KeepsTheThinkingOfEveryAnswer(string format, string semantics)
    {
        await using LlamaServer server = await LlamaServer.StartAsync("thinker/thinker-qwen3.gguf", slots: 1, contextPerSlot: 1024);
        CommandRun run = await CommandRun.OfAsync(
            "measure", "--endpoint", server.Api.ToString(), "--data", Repository.Shared("thinker/problems"), "--datasets", "gsm8k",
            "--items", "3", "--runs", "1", "--budgets", "0,16,64", "--concurrency", "1", "--latency-items", "2", "--keep-text", "--out",
            _root,
            "--prompt-format", format, "--semantics", semantics);
        Assert.True(run.ExitCode == 0, run.Error);
        string folder = Assert.Single(Directory.GetDirectories(_root));
        List<Trial> trials = await RunFolder.Open(folder).Trials.ReadAsync().ToListAsync(Cancelled);
        MeasuredText[] kept = await TextsAsync(folder);
        foreach (Trial trial in trials.Where(trial => trial.BudgetTokens > 0))
        {
            MeasuredText text = Assert.Single(kept, text => text.TraceId == trial.TraceId && text.Tokens == trial.ThinkingTokens);
            Assert.True(text.Text.Length >= trial.ThinkingTokens / 4, text.Text);
            Assert.DoesNotContain("think>", text.Text, StringComparison.Ordinal);
        }

        string shown = await ShownAsync(folder, $"gsm8k/{trials[0].ProblemId}");
        Assert.Contains(kept.First(text => text.ProblemId == trials[0].ProblemId).Text, shown, StringComparison.Ordinal);
        if (format == "text")
            return;
        File.Delete(Path.Combine(folder, "thinking.parquet"));
        Assert.Equal(shown, await ShownAsync(folder, $"gsm8k/{trials[0].ProblemId}"));
    }

    [Fact]
    public async Task KeptText_ResumedMergedAndRegraded_StaysWithItsAnswers()
    {
        string[] plan = ["--keep-text", "--budgets", "0,8,64", "--items", "4"];
        string first = await MeasuredAsync([.. plan, "--shard", "1/2"]), second = await MeasuredAsync([.. plan, "--shard", "2/2"]);
        CommandRun added = await CommandRun.OfAsync("measure", "--resume", first, "--add-budgets", "32");
        Assert.True(added.ExitCode == 0, added.Error);
        Assert.Equal(2 * 3, (await TextsAsync(first)).Length);
        CommandRun other = await CommandRun.OfAsync("measure", "--resume", second, "--add-budgets", "32");
        Assert.True(other.ExitCode == 0, other.Error);
        CommandRun merged = await CommandRun.OfAsync("merge", first, second, "--out", Path.Combine(_root, "merged"));
        Assert.True(merged.ExitCode == 0, merged.Error);
        string whole = Assert.Single(Directory.GetDirectories(Path.Combine(_root, "merged")));
        MeasuredText[] texts = await TextsAsync(whole);
        Assert.Equal(4 * 3, texts.Length);
        Assert.Equal(0, (await CommandRun.OfAsync("regrade", whole)).ExitCode);
        Assert.Equal(texts, await TextsAsync(whole + "-regraded"));
    }

    private static async Task<string> ShownAsync(string folder, params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(["show", folder, .. arguments]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches(@"^(\nNext\n(  calibrate .*\n)+)?$", run.Error);
        return run.Output;
    }

    private async Task<string> MeasuredAsync(params string[] arguments)
    {
        string root = Path.Combine(_root, Guid.NewGuid().ToString("N"));
        CommandRun run = await CommandRun.OfAsync(
            ["measure", "--datasets", "arc", "--runs", "1", "--latency-items", "2", "--out", root, .. arguments]);
        Assert.True(run.ExitCode == 0, run.Error);
        return Assert.Single(Directory.GetDirectories(root));
    }

    private static async Task<MeasuredText[]> TextsAsync(string folder) =>
    [
        .. (await RunFolder.Open(folder).Thinking.ReadAsync().ToListAsync(Cancelled)).Select(kept =>
            new MeasuredText(kept.TraceId, kept.ProblemId, kept.ThinkingTokens, kept.Text)),
    ];

    private sealed record MeasuredText(string TraceId, string ProblemId, int Tokens, string Text);
}
