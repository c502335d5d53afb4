using System.Collections.Immutable;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Results.Journaling;

/// <summary>An ended run's rows go back into journals unchanged, and what a crash leaves between any two steps is still the run.</summary>
public sealed class ReopeningCrashTests : IDisposable
{
    private static readonly string[] Journals = ["traces.jsonl", "service.jsonl", "trials.jsonl"];

    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Reopen_ThenCompact_GivesTheSameBytes()
    {
        RunFolder folder = await EndedAsync();
        ImmutableArray<(string, string)> before = Bytes(folder);
        await folder.ReopenAsync(Cancelled);
        Assert.False(folder.HasEnded);
        Assert.Equal(await folder.Trials.ReadAsync().ToArrayAsync(Cancelled), folder.Trials.ReadJournal());
        await folder.ReopenAsync(Cancelled);
        await folder.CompactAsync();
        Assert.Equal(before, Bytes(folder));
    }

    /// <summary>The process died while it wrote one of the journals.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Reopen_CrashBeforeTheRename_HasEndedAndIsRepeated(int journalsWritten)
    {
        RunFolder folder = await EndedAsync();
        ImmutableArray<(string, string)> before = Bytes(folder);
        await folder.ReopenAsync(Cancelled);
        Directory.Move(folder.In("journal"), folder.In("journal.new"));
        foreach (string journal in Journals.Skip(journalsWritten + 1))
            File.Delete(folder.In("journal.new", journal));
        using (FileStream torn = File.Open(folder.In("journal.new", Journals[journalsWritten]), FileMode.Open))
            torn.SetLength(torn.Length / 2);

        Assert.True(folder.HasEnded);
        Assert.Equal(40, await folder.Trials.ReadAsync().CountAsync(Cancelled));
        await folder.ReopenAsync(Cancelled);
        Assert.Equal(40, folder.Trials.ReadJournal().Count());
        await SampleRows.AppendAllAsync(folder.Trials.OpenJournal(), [SampleRows.Trial("z", "new", 1)]);
        Assert.Equal("new", (await folder.Trials.ReadAsync().LastAsync(Cancelled)).ProblemId);
        await folder.CompactAsync();
        Assert.Equal(41, await folder.Trials.ReadAsync().CountAsync(Cancelled));
        Assert.Equal(before.Where(file => file.Item1 != "trials.parquet"), Bytes(folder).Where(file => file.Item1 != "trials.parquet"));
    }

    [Fact]
    public async Task Compact_AfterACrashedReopening_RemovesWhatItLeft()
    {
        RunFolder folder = await EndedAsync();
        ImmutableArray<(string, string)> before = Bytes(folder);
        Directory.CreateDirectory(folder.In("journal.new"));
        await File.WriteAllTextAsync(folder.In("journal.new", "traces.jsonl"), "{\"trace_id", Cancelled);
        await folder.CompactAsync();
        Assert.Equal(before, Bytes(folder));
    }

    /// <summary>Real failures: a file lies in the way, a Parquet file is torn, the user interrupts.</summary>
    [Fact]
    public async Task Reopen_CannotBeDone_LeavesTheRunAsItWas()
    {
        RunFolder folder = await EndedAsync();
        ImmutableArray<(string, string)> before = Bytes(folder);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => folder.ReopenAsync(new CancellationToken(canceled: true)));
        Assert.Equal(before, Bytes(folder));

        await File.WriteAllTextAsync(folder.In("journal.new"), "", Cancelled);
        await Assert.ThrowsAnyAsync<IOException>(() => folder.ReopenAsync(Cancelled));
        File.Delete(folder.In("journal.new"));
        Assert.Equal(before, Bytes(folder));

        await File.WriteAllBytesAsync(folder.Trials.Path, (await File.ReadAllBytesAsync(folder.Trials.Path, Cancelled))[..^20], Cancelled);
        before = Bytes(folder);
        await Assert.ThrowsAnyAsync<Exception>(() => folder.ReopenAsync(Cancelled));
        Assert.Equal(before, Bytes(folder));
    }

    private static ImmutableArray<(string File, string Bytes)> Bytes(RunFolder folder)
    {
        Assert.Empty(Directory.GetDirectories(folder.Path));
        return
        [
            .. Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).Select(file =>
                (Path.GetFileName(file), Convert.ToHexString(File.ReadAllBytes(file)))),
        ];
    }

    private async Task<RunFolder> EndedAsync()
    {
        RunFolder folder = RunFolder.Create(_root, "night");
        await SampleRows.AppendAllAsync(
            folder.Trials.OpenJournal(),
            Enumerable.Range(0, 40).Select(i =>
                SampleRows.Trial(
                    "a", $"{i}", i % 3, status: (TrialStatus)(i % 5), response: i % 2 == 0 ? "\"quoted\"\n🙂 \\boxed{4}\u2028" : "")));
        await SampleRows.AppendAllAsync(
            folder.Service.OpenJournal(),
            Enumerable.Range(0, 10).Select(i =>
                SampleRows.Service($"t{i}", i, seconds: 0.1 * i / 3) with
                {
                    CachedTokens = i % 2 == 0 ? null : i,
                    AnswerRecomputedTokens = i % 4 == 0 ? null : 2 * i,
                    ServerS = i % 3 == 0 ? null : 1e-9 / 7,
                }));
        await SampleRows.AppendAllAsync(
            folder.Traces.OpenJournal(),
            Enumerable.Range(0, 10).Select(i =>
                SampleRows.Trace($"t{9 - i}", [.. Enumerable.Range(i, i * 50)]) with
                {
                    CuePositions = [i],
                    MaskedFrom = i % 2 == 0 ? null : i,
                    ClosedByModel = i == 3,
                }));
        await folder.CompactAsync();
        return folder;
    }
}
