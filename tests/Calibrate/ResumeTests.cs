using System.Diagnostics;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>The real command as a process, killed and resumed: nothing finished is lost, doubled or changed.</summary>
public sealed class ResumeTests : IDisposable
{
    private static readonly string[] Measure = ["measure", "--datasets", "gsm8k,bbh,arc", "--items", "60", "--runs", "2", "--latency-items", "3", "--concurrency", "8"];

    private readonly string root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Resume_AfterKills_GivesTheUndisturbedRun()
    {
        string whole = Path.Combine(root, "whole"), killed = Path.Combine(root, "killed");
        Assert.Equal(0, await RunAsync(null, [.. Measure, "--out", whole]));
        int kills = 0;
        int exit = await RunAsync(TimeSpan.FromMilliseconds(1_500), [.. Measure, "--out", killed]);
        string folder = Assert.Single(Directory.GetDirectories(killed));
        for (int attempt = 0; exit != 0 && attempt < 20; attempt++, kills++)
            exit = await RunAsync(attempt < 4 ? TimeSpan.FromMilliseconds(900 + (250 * attempt)) : null, ["run", "--resume", folder]);
        Assert.Equal(0, exit);
        Assert.True(kills > 0, "The first run was too fast to be killed: this test shows nothing.");

        List<Trial> expected = await TrialsAsync(Assert.Single(Directory.GetDirectories(whole)));
        List<Trial> actual = await TrialsAsync(folder);
        Assert.Equal(expected.Select(trial => trial.Key), actual.Select(trial => trial.Key));
        Assert.Equal(expected.Select(trial => (trial.Correct, trial.Answer, trial.ThinkingTokens, trial.Cues)), actual.Select(trial => (trial.Correct, trial.Answer, trial.ThinkingTokens, trial.Cues)));
        Assert.True(File.Exists(Path.Combine(folder, "figures", "fig2.svg")));
        Dictionary<string, int> traces = (await RunFolder.Open(folder).ReadTracesAsync().ToListAsync(TestContext.Current.CancellationToken)).ToDictionary(trace => trace.TraceId, trace => trace.TokenIds.Length);
        Assert.All(actual, trial => Assert.True(trial.ThinkingTokens <= traces[trial.TraceId]));
    }

    [Fact]
    public async Task Resume_ChangedData_IsRefusedWithTheDifference()
    {
        string task = Path.Combine(root, "own.jsonl");
        await File.WriteAllTextAsync(task, "{\"id\":\"1\",\"prompt\":\"2+3?\",\"gold\":\"5\",\"kind\":\"number\"}\n", TestContext.Current.CancellationToken);
        Assert.Equal(0, (await CommandRun.OfAsync("measure", "--task", $"own={task}", "--items", "1", "--runs", "1", "--budgets", "0,4", "--out", Path.Combine(root, "runs"))).ExitCode);
        string folder = Assert.Single(Directory.GetDirectories(Path.Combine(root, "runs")));

        // As if the run had been interrupted before its end.
        Directory.CreateDirectory(Path.Combine(folder, "journal"));
        await File.AppendAllTextAsync(task, "{\"id\":\"2\",\"prompt\":\"3+3?\",\"gold\":\"6\",\"kind\":\"number\"}\n", TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("run", "--resume", folder);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("task own was", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_EndedRun_GoesOnToTheFits()
    {
        Assert.Equal(0, (await CommandRun.OfAsync("measure", "--datasets", "arc", "--items", "5", "--runs", "1", "--latency-items", "2", "--out", root)).ExitCode);
        string folder = Assert.Single(Directory.GetDirectories(root));
        CommandRun run = await CommandRun.OfAsync("run", "--resume", folder);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.True(File.Exists(Path.Combine(folder, "allocation.json")));
    }

    [Fact]
    public async Task Merge_TwoShards_GiveTheWholePlan()
    {
        string[] small = ["measure", "--datasets", "arc,gsm8k", "--items", "7", "--runs", "2", "--budgets", "0,16,64", "--latency-items", "2"];
        string whole = Path.Combine(root, "whole"), parts = Path.Combine(root, "parts");
        Assert.Equal(0, (await CommandRun.OfAsync([.. small, "--out", whole])).ExitCode);
        foreach (string shard in (string[])["1/2", "2/2"])
            Assert.Equal(0, (await CommandRun.OfAsync([.. small, "--shard", shard, "--out", parts])).ExitCode);
        string[] folders = [.. Directory.GetDirectories(parts).Order(StringComparer.Ordinal)];
        CommandRun merge = await CommandRun.OfAsync(["merge", .. folders, "--out", root]);
        Assert.True(merge.ExitCode == 0, merge.Error);
        Assert.Contains("84 trials", merge.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("missing", merge.Output, StringComparison.Ordinal);
        string merged = Assert.Single(Directory.GetDirectories(root, "*-merged"));
        Assert.Equal(
            (await TrialsAsync(Assert.Single(Directory.GetDirectories(whole)))).Select(trial => (trial.Key, trial.Correct, trial.Answer)),
            (await TrialsAsync(merged)).Select(trial => (trial.Key, trial.Correct, trial.Answer)));
        Assert.Contains("missing", (await CommandRun.OfAsync("merge", folders[0], "--out", root)).Output, StringComparison.Ordinal);
        Assert.Contains("42 trials were there more than once", (await CommandRun.OfAsync("merge", folders[0], Assert.Single(Directory.GetDirectories(whole)), "--out", root)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.OfAsync("fit", merged)).ExitCode);
    }

    [Fact]
    public void Lock_HeldFolder_RefusesTheSecond()
    {
        RunFolder folder = RunFolder.Create(root, "night");
        using IDisposable held = folder.Lock();
        Assert.Throws<IOException>(folder.Lock);
    }

    private static async Task<List<Trial>> TrialsAsync(string folder) =>
        await RunFolder.Open(folder).ReadTrialsAsync().ToListAsync(TestContext.Current.CancellationToken);

    /// <summary>Runs the command; after <paramref name="life"/> it is killed with SIGKILL and −1 comes back.</summary>
    private static async Task<int> RunAsync(TimeSpan? life, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "calibrate.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(life ?? TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(limit.Token);
            await output;
            Assert.True(process.ExitCode == 0, await error);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            return -1;
        }
    }
}
