using System.Text;
using Calibration.Results;
using Calibration.Results.Journaling;
using Xunit;

namespace Calibration.Tests.Results.Journaling;

/// <summary>A journal after crashes and power losses: nothing finished is lost, and no folder becomes unreadable.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    private string Path => System.IO.Path.Combine(_root, "trials.jsonl");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    public static TheoryData<string, byte[]> Tails => new()
    {
        { "torn line", Encoding.UTF8.GetBytes("{\"task\":\"a\",\"prob") },
        { "whole row without its line feed", LineOf(SampleRows.Trial("a", "z", 9))[..^1] },
        { "half a character", [.. Encoding.UTF8.GetBytes("{\"task\":\"\u4f60")[..^1]] },
        { "half a character in a whole line", [.. Encoding.UTF8.GetBytes("{\"task\":\"\u4f60")[..^1], .. "\"}\n"u8] },
        { "NULs", new byte[5_000] },
        { "a block of NULs and a row's end", [.. new byte[40_000], .. "\"x\":1}\n"u8] },
        { "a row's beginning and NULs", [.. "{\"task\":\"a\","u8, .. new byte[4_096], (byte)'\n'] },
        { "lines of garbage", [.. "\n\u0001{]\n{}}\n\n"u8, .. new byte[100_000], .. "\n{"u8] },
    };

    [Theory]
    [MemberData(nameof(Tails))]
    public async Task Open_GarbageAtTheEnd_IsCutOffAndTheRestKept(string tail, byte[] garbage)
    {
        await SampleRows.AppendAllAsync(new Journal<Trial>(Path), [SampleRows.Trial("a", "y", 1), SampleRows.Trial("a", "y\u4f60", 2)]);
        byte[] good = await File.ReadAllBytesAsync(Path, TestContext.Current.CancellationToken);
        await File.AppendAllBytesAsync(Path, garbage, TestContext.Current.CancellationToken);

        Assert.Equal([1, 2], JournalFile.Read<Trial>(Path).Select(trial => trial.BudgetTokens));
        await new Journal<Trial>(Path).DisposeAsync();
        byte[] kept = await File.ReadAllBytesAsync(Path, TestContext.Current.CancellationToken);
        Assert.True(good.AsSpan().SequenceEqual(kept), tail);
        await SampleRows.AppendAllAsync(new Journal<Trial>(Path), [SampleRows.Trial("a", "y", 3)]);
        Assert.Equal([1, 2, 3], JournalFile.Read<Trial>(Path).Select(trial => trial.BudgetTokens));
    }

    /// <summary>Cut at every byte, a journal holds exactly the rows whose line feeds are there.</summary>
    [Fact]
    public async Task Read_CutAnywhere_GivesTheWholeLines()
    {
        byte[] whole =
        [
            .. LineOf(SampleRows.Trial("a", "\u00e9\ud83d\ude00", 1)),
            .. LineOf(SampleRows.Trial("a", "y", 2)),
            .. LineOf(SampleRows.Trial("a", "y", 3)),
        ];
        for (int length = 0; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(Path, whole[..length], TestContext.Current.CancellationToken);
            Assert.Equal(whole.AsSpan(0, length).Count((byte)'\n'), JournalFile.Read<Trial>(Path).Count());
        }
    }

    [Fact]
    public async Task Open_OnlyGarbage_IsEmptied()
    {
        await File.WriteAllBytesAsync(Path, new byte[70_000], TestContext.Current.CancellationToken);
        Assert.Empty(JournalFile.Read<Trial>(Path));
        await new Journal<Trial>(Path).DisposeAsync();
        Assert.Equal(0, new FileInfo(Path).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    [InlineData("{\"task\":\"a\",\"prob{\"task\":1}")]
    [InlineData("{\"task\":\"a\"}")]
    [InlineData("{\"task\":\"\u00e4\"}")]
    [InlineData("{\"task\":null}")]
    [InlineData("null")]
    public async Task Read_DamageBeforeGoodRows_IsNamedWithItsLineAndNothingIsCut(string damage)
    {
        byte[] bytes =
        [
            .. LineOf(SampleRows.Trial("a", "y", 1)),
            .. Encoding.Latin1.GetBytes(damage),
            (byte)'\n',
            .. LineOf(SampleRows.Trial("a", "y", 2)),
        ];
        await File.WriteAllBytesAsync(Path, bytes, TestContext.Current.CancellationToken);
        await new Journal<Trial>(Path).DisposeAsync();
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path, TestContext.Current.CancellationToken));
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => JournalFile.Read<Trial>(Path).Count());
        Assert.Contains($"{Path} line 2 is damaged", fault.Message, StringComparison.Ordinal);
        Assert.Contains("measures its row again", fault.Message, StringComparison.Ordinal);

        // What the sentence says to do works.
        string[] lines = await File.ReadAllLinesAsync(Path, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(Path, lines.Where((_, index) => index != 1), TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], JournalFile.Read<Trial>(Path).Select(trial => trial.BudgetTokens));
    }

    /// <summary>A row of another version is no garbage: cutting it off would throw a night away.</summary>
    [Fact]
    public async Task Open_RowsOfAnotherVersionAtTheEnd_AreKeptAndNamed()
    {
        byte[] bytes = [.. LineOf(SampleRows.Trial("a", "y", 1)), .. "{\"task\":\"a\",\"problem\":\"y\"}\n"u8];
        await File.WriteAllBytesAsync(Path, bytes, TestContext.Current.CancellationToken);
        await new Journal<Trial>(Path).DisposeAsync();
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path, TestContext.Current.CancellationToken));
        Assert.Contains(
            "line 2", Assert.Throws<InvalidDataException>(() => JournalFile.Read<Trial>(Path).Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_TraceWhoseIdsCannotBeUnpacked_IsNamed()
    {
        string line = Encoding.UTF8.GetString(ResultsLine(SampleRows.Trace("t", [1, 2, 3])));
        int ids = line.IndexOf("token_ids", StringComparison.Ordinal) + 12;
        string damaged = line[..ids] + "/////////w==" + line[line.IndexOf('"', ids)..];
        await File.WriteAllTextAsync(Path, damaged + line, TestContext.Current.CancellationToken);
        Assert.Contains(
            "line 1 is damaged",
            Assert.Throws<InvalidDataException>(() => JournalFile.Read<Trace>(Path).Count()).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Lines shorter and longer than the reader's buffer, with characters of one to four bytes.</summary>
    [Fact]
    public async Task ReadLines_AnyLength_PlacesAreThoseOfTheLines()
    {
        Trial[] trials =
        [
            .. Enumerable.Range(0, 40).Select(i =>
                SampleRows.Trial("a", "y", i, response: string.Concat(Enumerable.Repeat("a\u00e9\u4f60\ud83d\ude00", i * i * 20)))),
        ];
        await SampleRows.AppendAllAsync(new Journal<Trial>(Path), trials);
        using FileStream file = JournalFile.Open(Path);
        byte[] buffer = [];
        JournaledRow<Trial>[] lines = [.. JournalFile.ReadLines<Trial>(file)];
        Assert.Equal(trials, lines.Select(line => line.Row));
        Assert.Equal(
            trials.Reverse(), lines.Reverse().Select(line => JournalFile.ReadAt<Trial>(file, line.Offset, line.Length, ref buffer)));
    }

    [Fact]
    public async Task Append_ManyAtOnce_AllAreThereOnceAndEachCallersInOrder()
    {
        const int Callers = 32, Each = 200;
        await using (var journal = new Journal<Trial>(Path))
        {
            await Parallel.ForAsync(0, Callers, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (caller, _) =>
                await Task.WhenAll(Enumerable.Range(0, Each).Select(budget =>
                    journal.AppendAsync(SampleRows.Trial("a", $"{caller}", budget)))));
        }

        ILookup<string, int> read = JournalFile.Read<Trial>(Path).ToLookup(trial => trial.ProblemId, trial => trial.BudgetTokens);
        Assert.Equal(Callers, read.Count);
        Assert.All(read, budgets => Assert.Equal(Enumerable.Range(0, Each), budgets));
    }

    /// <summary>The row's task ends only when another reader sees the row.</summary>
    [Fact]
    public async Task Append_Ended_TheRowIsInTheFile()
    {
        await using var journal = new Journal<Trial>(Path);
        for (int budget = 0; budget < 20; budget++)
        {
            await journal.AppendAsync(SampleRows.Trial("a", "y", budget));
            Assert.Equal(budget, JournalFile.Read<Trial>(Path).Last().BudgetTokens);
        }
    }

    [Fact]
    public async Task Append_RowThatJsonCannotHold_IsItsCallersFaultAndTheOthersGoOn()
    {
        await using (var journal = new Journal<ServiceSample>(Path))
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => journal.AppendAsync(SampleRows.Service("t", 1, seconds: double.NaN)));
            await journal.AppendAsync(SampleRows.Service("t", 2));
        }

        Assert.Equal([2], JournalFile.Read<ServiceSample>(Path).Select(sample => sample.BudgetTokens));
    }

    private static byte[] LineOf(Trial trial) => ResultsLine(trial);

    private static byte[] ResultsLine<TRow>(TRow row) =>
        [.. System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(row, ResultsJson.Line), (byte)'\n'];
}
