using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Results.Journaling;

/// <summary>What a crash leaves between any two steps of a compaction can be compacted again, to the same rows.</summary>
public sealed class CompactionCrashTests : IDisposable
{
    private static readonly string[] Files = ["traces.parquet", "service.parquet", "trials.parquet"];

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task Compact_CrashAfterSomeFiles_IsRepeated(int filesInPlace, bool nextIsTorn)
    {
        RunFolder whole = await JournaledAsync("whole"), crashed = await JournaledAsync("crashed");
        await whole.CompactAsync();
        foreach (string file in Files.Take(filesInPlace))
            File.Copy(whole.In(file), crashed.In(file));
        if (nextIsTorn)
            await File.WriteAllBytesAsync(
                crashed.In(Files[filesInPlace] + ".tmp"),
                (await File.ReadAllBytesAsync(whole.In(Files[filesInPlace]), TestContext.Current.CancellationToken))[..100],
                TestContext.Current.CancellationToken);

        Assert.False(crashed.HasEnded);
        await AssertSameAsync(whole, crashed);
        await crashed.CompactAsync();
        await AssertEndedAsync(whole, crashed);
    }

    [Fact]
    public async Task Compact_CrashAfterTheRename_HasEndedAndOnlyRemoves()
    {
        RunFolder whole = await JournaledAsync("whole"), crashed = await JournaledAsync("crashed");
        await whole.CompactAsync();
        foreach (string file in Files)
            File.Copy(whole.In(file), crashed.In(file));
        Directory.Move(crashed.In("journal"), crashed.In("journal.done"));
        File.Delete(crashed.In("journal.done", "trials.jsonl"));

        Assert.True(crashed.HasEnded);
        await crashed.CompactAsync();
        await AssertEndedAsync(whole, crashed);
    }

    /// <summary>A real failure: the second file cannot be written, because something lies in its way.</summary>
    [Fact]
    public async Task Compact_SecondFileCannotBeWritten_JournalsStayAndItIsRepeated()
    {
        RunFolder whole = await JournaledAsync("whole"), failed = await JournaledAsync("failed");
        await whole.CompactAsync();
        Directory.CreateDirectory(failed.In("service.parquet.tmp"));
        await Assert.ThrowsAnyAsync<Exception>(failed.CompactAsync);
        Assert.True(File.Exists(failed.Traces.Path));
        Assert.False(failed.HasEnded);
        await AssertSameAsync(whole, failed);

        Directory.Delete(failed.In("service.parquet.tmp"));
        await failed.CompactAsync();
        await AssertEndedAsync(whole, failed);
    }

    /// <summary>A damaged journal leaves everything as it was, and no half file.</summary>
    [Fact]
    public async Task Compact_DamagedTrials_LeavesNoHalfFile()
    {
        RunFolder folder = await JournaledAsync("damaged");
        string[] lines = await File.ReadAllLinesAsync(folder.In("journal", "trials.jsonl"), TestContext.Current.CancellationToken);
        lines[3] = "no row";
        await File.WriteAllLinesAsync(folder.In("journal", "trials.jsonl"), lines, TestContext.Current.CancellationToken);
        InvalidDataException fault = await Assert.ThrowsAsync<InvalidDataException>(folder.CompactAsync);
        Assert.Contains("line 4", fault.Message, StringComparison.Ordinal);
        Assert.Equal(lines, await File.ReadAllLinesAsync(folder.In("journal", "trials.jsonl"), TestContext.Current.CancellationToken));
        Assert.False(File.Exists(folder.Trials.Path));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [Fact]
    public async Task Compact_Twice_ChangesNothing()
    {
        RunFolder whole = await JournaledAsync("whole"), twice = await JournaledAsync("twice");
        await whole.CompactAsync();
        await twice.CompactAsync();
        await twice.CompactAsync();
        await AssertEndedAsync(whole, twice);
    }

    /// <summary>Rows that were journaled after an earlier compaction was interrupted are not hidden by its files.</summary>
    [Fact]
    public async Task Read_JournalBesideParquet_TheJournalCounts()
    {
        RunFolder folder = await JournaledAsync("night");
        RunFolder whole = await JournaledAsync("whole");
        await whole.CompactAsync();
        File.Copy(whole.Trials.Path, folder.Trials.Path);
        await SampleRows.AppendAllAsync(folder.Trials.OpenJournal(), [SampleRows.Trial("z", "new", 1)]);
        Assert.Equal("new", (await folder.Trials.ReadAsync().LastAsync(TestContext.Current.CancellationToken)).ProblemId);
        await folder.CompactAsync();
        Assert.Equal("new", (await folder.Trials.ReadAsync().LastAsync(TestContext.Current.CancellationToken)).ProblemId);
    }

    private async Task<RunFolder> JournaledAsync(string id)
    {
        RunFolder folder = RunFolder.Create(_root, id);
        await SampleRows.AppendAllAsync(
            folder.Trials.OpenJournal(),
            Enumerable.Range(0, 50).Select(i =>
                SampleRows.Trial("a", $"{i * 7 % 11}", i % 3, status: i % 4 == 0 ? TrialStatus.Failed : TrialStatus.Ok)));
        await SampleRows.AppendAllAsync(
            folder.Service.OpenJournal(), Enumerable.Range(0, 10).Select(i => SampleRows.Service($"t{i % 3}", i % 4)));
        await SampleRows.AppendAllAsync(
            folder.Traces.OpenJournal(), Enumerable.Range(0, 10).Select(i => SampleRows.Trace($"t{9 - i}", [i, i + 1])));
        return folder;
    }

    private static async Task AssertSameAsync(RunFolder expected, RunFolder actual)
    {
        Assert.Equal(await expected.Trials.ReadAsync().ToArrayAsync(), await actual.Trials.ReadAsync().ToArrayAsync());
        Assert.Equal(await expected.Service.ReadAsync().ToArrayAsync(), await actual.Service.ReadAsync().ToArrayAsync());
        Assert.Equal(
            await expected.Traces.ReadAsync().Select(trace => (trace.TraceId, string.Join(' ', trace.TokenIds))).ToArrayAsync(),
            await actual.Traces.ReadAsync().Select(trace => (trace.TraceId, string.Join(' ', trace.TokenIds))).ToArrayAsync());
    }

    private static async Task AssertEndedAsync(RunFolder expected, RunFolder actual)
    {
        Assert.True(actual.HasEnded);
        Assert.Equal(
            Files.Order(StringComparer.Ordinal),
            Directory.GetFileSystemEntries(actual.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await AssertSameAsync(expected, actual);
    }
}
