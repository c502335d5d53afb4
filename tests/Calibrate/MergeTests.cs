using System.Diagnostics;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Only parts of one plan are merged, and what keeps others apart is named field by field.</summary>
public sealed class MergeTests : IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("sampling temperature is 0.1 in the first and 0.6 in the other", "--temperature", "0.6")]
    [InlineData("plan seed is 1 in the first and 2 in the other", "--seed", "2")]
    [InlineData("task arc budgets is [0,4] in the first and [0,8] in the other", "--budgets", "0,8")]
    [InlineData("task gsm8k budgets is absent in the first and [0,4] in the other", "--datasets", "arc,gsm8k")]
    public async Task Merge_UnlikeRuns_NamesTheFieldsThatDiffer(string expected, params string[] other)
    {
        string first = await MeasureAsync("first", "1/2"), second = await MeasureAsync("second", "2/2", other);
        foreach (string[] order in (string[][])[[first, second], [second, first]])
        {
            CommandRun merge = await CommandRun.OfAsync(["merge", .. order, "--out", Path.Combine(_root, "merged")]);
            Assert.Equal(2, merge.ExitCode);
            Assert.Contains(order[0] == first ? expected : expected.Split(" is ")[0], merge.Error, StringComparison.Ordinal);
            Assert.InRange(merge.Error.Length, 1, 900);
            Assert.Single(merge.Error.Trim().Split('\n'));
            Assert.False(Directory.Exists(Path.Combine(_root, "merged")));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(-20)]
    [InlineData(null)]
    public async Task Stage_DamagedParquet_NamesTheFile(int? length)
    {
        string run = await MeasureAsync("run", "1/1"), file = Path.Combine(run, "trials.parquet");
        byte[] bytes = await File.ReadAllBytesAsync(file, Cancelled);
        if (length is { } kept)
            bytes = kept >= 0 ? bytes[..kept] : bytes[..^-kept];
        else
            bytes.AsSpan(20, 200).Fill(0xA5);
        await File.WriteAllBytesAsync(file, bytes, Cancelled);
        foreach (string[] arguments in (string[][])[["fit", run], ["merge", run, "--out", _root]])
        {
            CommandRun stage = await CommandRun.OfAsync(arguments);
            Assert.Equal(2, stage.ExitCode);
            Assert.StartsWith($"{file} is damaged", stage.Error, StringComparison.Ordinal);
            Assert.Single(Directory.GetDirectories(_root));
            Assert.Single(stage.Error.Trim().Split('\n'));
        }
    }

    [Theory]
    [InlineData("/proc/x", "nothing can be created there")]
    [InlineData("/dev/null/runs", "/dev/null")]
    public async Task Measure_FolderThatCannotBeMade_IsSaidAtOnce(string folder, string why)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "These paths are Linux's.");
        var watch = Stopwatch.StartNew();
        CommandRun run = await CommandRun.OfAsync("measure", "--out", folder);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 1);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"No run folder can be created in {folder} (", run.Error, StringComparison.Ordinal);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    [Fact]
    public async Task Measure_FolderThatCouldBeMade_IsMadeOnlyForARun()
    {
        CommandRun run = await CommandRun.OfAsync("measure", "--items", "0", "--out", Path.Combine(_root, "a", "b"));
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    private async Task<string> MeasureAsync(string name, string shard, params string[] more)
    {
        string[] arguments =
        [
            "measure", "--items", "2", "--runs", "1", "--latency-items", "2", "--shard", shard, "--out", Path.Combine(_root, name), .. more,
        ];
        arguments =
        [
            .. arguments,
            .. more.Contains("--datasets") ? (string[])[] : ["--datasets", "arc"],
            .. more.Contains("--budgets") ? (string[])[] : ["--budgets", "0,4"],
        ];
        CommandRun run = await CommandRun.OfAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return Assert.Single(Directory.GetDirectories(Path.Combine(_root, name)));
    }
}
