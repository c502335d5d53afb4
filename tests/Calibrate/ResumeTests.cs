using System.Diagnostics;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>The real command as a process, killed and resumed: nothing finished is lost, doubled or changed.</summary>
public sealed class ResumeTests : IDisposable
{
    private static readonly string[] Measure =
    [
        "measure", "--datasets", "gsm8k,bbh,arc", "--items", "30", "--runs", "2", "--latency-items", "3", "--concurrency", "8",
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Resume_AfterKills_GivesTheUndisturbedRun()
    {
        string whole = Path.Combine(_root, "whole"), killed = Path.Combine(_root, "killed");
        Assert.Equal(0, await RunAsync(null, [.. Measure, "--out", whole]));
        int kills = 0;
        int exit = await RunAsync(killed, [.. Measure, "--out", killed]);
        string folder = Assert.Single(Directory.GetDirectories(killed));
        for (int attempt = 0; exit != 0 && attempt < 20; attempt++, kills++)
            exit = await RunAsync(attempt < 3 ? killed : null, ["run", "--resume", folder]);
        Assert.Equal(0, exit);
        Assert.True(kills > 0, "The first run was too fast to be killed: this test shows nothing.");

        List<Trial> expected = await TrialsAsync(Assert.Single(Directory.GetDirectories(whole)));
        List<Trial> actual = await TrialsAsync(folder);
        Assert.Equal(expected.Select(trial => trial.Key), actual.Select(trial => trial.Key));
        Assert.Equal(
            expected.Select(trial => (trial.Correct, trial.Answer, trial.ThinkingTokens, trial.Cues)),
            actual.Select(trial => (trial.Correct, trial.Answer, trial.ThinkingTokens, trial.Cues)));
        Assert.True(File.Exists(Path.Combine(folder, "figures", "fig2.svg")));
        Dictionary<string, int> traces =
            (await RunFolder.Open(folder).Traces.ReadAsync().ToListAsync(TestContext.Current.CancellationToken)).ToDictionary(
                trace => trace.TraceId, trace => trace.TokenIds.Length);
        Assert.All(actual, trial => Assert.True(trial.ThinkingTokens <= traces[trial.TraceId]));
    }

    [Fact]
    public async Task Resume_ChangedData_IsRefusedWithTheDifference()
    {
        string task = Path.Combine(_root, "own.jsonl");
        await File.WriteAllTextAsync(
            task, "{\"id\":\"1\",\"prompt\":\"2+3?\",\"gold\":\"5\",\"kind\":\"number\"}\n", TestContext.Current.CancellationToken);
        Assert.Equal(
            0,
            (await CommandRun.OfAsync(
                "measure", "--task", $"own={task}", "--items", "1", "--runs", "1", "--budgets", "0,4", "--out", Path.Combine(_root,
                "runs"))).ExitCode);
        string folder = Assert.Single(Directory.GetDirectories(Path.Combine(_root, "runs")));

        // As if the run had been interrupted before its end.
        Directory.CreateDirectory(Path.Combine(folder, "journal"));
        await File.AppendAllTextAsync(
            task, "{\"id\":\"2\",\"prompt\":\"3+3?\",\"gold\":\"6\",\"kind\":\"number\"}\n", TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("run", "--resume", folder);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("task own was", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_EndedRun_GoesOnToTheFits()
    {
        Assert.Equal(
            0,
            (await CommandRun.OfAsync("measure", "--datasets", "arc", "--items", "5", "--runs", "1", "--latency-items", "2", "--out",
            _root)).ExitCode);
        string folder = Assert.Single(Directory.GetDirectories(_root));
        CommandRun run = await CommandRun.OfAsync("run", "--resume", folder);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.True(File.Exists(Path.Combine(folder, "allocation.json")));
    }

    [Fact]
    public async Task Merge_TwoShards_GiveTheWholePlan()
    {
        string[] small =
        [
            "measure", "--datasets", "arc,gsm8k", "--items", "7", "--runs", "2", "--budgets", "0,16,64", "--latency-items", "2",
        ];
        string whole = Path.Combine(_root, "whole"), parts = Path.Combine(_root, "parts");
        Assert.Equal(0, (await CommandRun.OfAsync([.. small, "--out", whole])).ExitCode);
        foreach (string shard in (string[])["1/2", "2/2"])
            Assert.Equal(0, (await CommandRun.OfAsync([.. small, "--shard", shard, "--out", parts])).ExitCode);
        string[] folders = [.. Directory.GetDirectories(parts).Order(StringComparer.Ordinal)];
        CommandRun merge = await CommandRun.OfAsync(["merge", .. folders, "--out", _root]);
        Assert.True(merge.ExitCode == 0, merge.Error);
        Assert.Contains("84 trials", merge.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("missing", merge.Output, StringComparison.Ordinal);
        string merged = Assert.Single(Directory.GetDirectories(_root, "*-merged"));
        Assert.Equal(
            (await TrialsAsync(Assert.Single(Directory.GetDirectories(whole)))).Select(trial => (trial.Key, trial.Correct, trial.Answer)),
            (await TrialsAsync(merged)).Select(trial => (trial.Key, trial.Correct, trial.Answer)));
        Assert.Contains("missing", (await CommandRun.OfAsync("merge", folders[0], "--out", _root)).Output, StringComparison.Ordinal);
        Assert.Contains(
            "42 trials were there more than once",
            (await CommandRun.OfAsync("merge", folders[0], Assert.Single(Directory.GetDirectories(whole)), "--out", _root)).Output,
            StringComparison.Ordinal);
        Assert.Equal(0, (await CommandRun.OfAsync("fit", merged)).ExitCode);
    }

    [Fact]
    public void Lock_HeldFolder_RefusesTheSecond()
    {
        RunFolder folder = RunFolder.Create(_root, "night");
        using IDisposable held = folder.Lock();
        Assert.Throws<IOException>(folder.Lock);
    }

    private static async Task<List<Trial>> TrialsAsync(string folder) =>
        await RunFolder.Open(folder).Trials.ReadAsync().ToListAsync(TestContext.Current.CancellationToken);

    /// <summary>
    /// Runs the command. Where <paramref name="watched"/> names a folder, the process is killed with SIGKILL as soon as its
    /// journals have grown by 100 kB, and −1 comes back.
    /// </summary>
    private static async Task<int> RunAsync(string? watched, string[] arguments)
    {
        long start = JournalBytes(watched);
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "calibrate.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        while (!process.HasExited)
        {
            if (watched is not null && JournalBytes(watched) > start + 100_000)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
                return -1;
            }

            await Task.Delay(10);
        }

        await output;
        Assert.True(process.ExitCode == 0, await error);
        return process.ExitCode;
    }

    /// <summary>Bytes of the journals; a folder or file that is gone while they are counted has none.</summary>
    private static long JournalBytes(string? folder)
    {
        try
        {
            return folder is null || !Directory.Exists(folder)
                ? 0
                : Directory.EnumerateFiles(folder, "*.jsonl", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        }
        catch (Exception fault) when (fault is DirectoryNotFoundException or FileNotFoundException)
        {
            // The command tries whether the folder can be made, and removes it again.
            return 0;
        }
    }
}
