using Calibration.Results;
using CsCheck;
using Xunit;

namespace Calibration.Tests.Results;

/// <summary>Runs put together row by row, against the same rows put together in memory.</summary>
public sealed class MergedRowsTests : IDisposable
{
    private static readonly Gen<Trial> Trials =
        from problem in Gen.Int[0, 5]
        from budget in Gen.Int[0, 3]
        from status in Gen.OneOf(TrialStatus.Ok, TrialStatus.NoAnswer, TrialStatus.Failed, TrialStatus.BudgetNotEnforced)
        from response in Gen.Int[0, 1_000_000]
        select SampleRows.Trial("a", $"{problem}", budget, status: status, response: $"{response}");

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>Some parts have ended, others are still journals.</summary>
    [Fact]
    public async Task Trials_AnyParts_EqualTheRowsPutTogetherInMemory() =>
        await Trials.Array[0, 40].Array[1, 4].SampleAsync(
            async parts =>
            {
                RunFolder[] folders = [.. await Task.WhenAll(parts.Select(JournaledAsync))];
                for (int part = 0; part < folders.Length; part += 2)
                    await folders[part].CompactAsync();
                var expected = new SortedDictionary<TrialKey, (Trial Row, int Copies)>();
                foreach (RunFolder folder in folders)
                {
                    await foreach (Trial trial in folder.Trials.ReadAsync())
                    {
                        expected[trial.Key] = expected.TryGetValue(trial.Key, out (Trial Row, int Copies) found)
                            ? (!found.Row.IsUsable && trial.IsUsable ? trial : found.Row, found.Copies + 1)
                            : (trial, 1);
                    }
                }

                Assert.Equal(expected.Values, await MergedRows.TrialsAsync(folders).Select(row => (row.Row, row.Copies)).ToArrayAsync());
            },
            iter: 40,
            threads: 2);

    [Fact]
    public async Task ServiceAndTraces_SameKeyInTwoRuns_AreThereOnce()
    {
        RunFolder first = RunFolder.Create(_root, "first"), second = RunFolder.Create(_root, "second");
        await SampleRows.AppendAllAsync(
            first.Service.OpenJournal(), [SampleRows.Service("t", 4, TrialStatus.Failed), SampleRows.Service("t", 8, seconds: 1)]);
        await SampleRows.AppendAllAsync(
            second.Service.OpenJournal(),
            [SampleRows.Service("t", 8, seconds: 2), SampleRows.Service("t", 4, seconds: 3), SampleRows.Service("u", 4, seconds: 4)]);
        await SampleRows.AppendAllAsync(first.Traces.OpenJournal(), [SampleRows.Trace("t", [1])]);
        await SampleRows.AppendAllAsync(second.Traces.OpenJournal(), [SampleRows.Trace("u", [2]), SampleRows.Trace("t", [3])]);
        await second.CompactAsync();
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        Assert.Equal(
            new (double, int)[] { (3, 2), (4, 1), (1, 2) },
            await MergedRows.ServiceAsync([first, second], cancelled).Select(row => (row.Row.ServiceS,
            row.Copies)).ToArrayAsync(cancelled));
        Assert.Equal(
            new[] { 1, 2 },
            await MergedRows.TracesAsync([first, second], cancelled).Select(row => row.Row.TokenIds.Single()).ToArrayAsync(cancelled));
    }

    [Fact]
    public async Task Trials_FileOutOfOrder_IsRefusedByName()
    {
        RunFolder folder = RunFolder.Create(_root, "unsorted");
        Trial[] trials = [SampleRows.Trial("b", "y", 0), SampleRows.Trial("a", "y", 0)];
        await folder.WriteRowsAsync(trials.ToAsyncEnumerable(), AsyncEnumerable.Empty<ServiceSample>(), AsyncEnumerable.Empty<Trace>());
        InvalidDataException fault = await Assert.ThrowsAsync<InvalidDataException>(async () =>
            await MergedRows.TrialsAsync([folder],
            TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken));
        Assert.Contains(folder.Path, fault.Message, StringComparison.Ordinal);
    }

    private async Task<RunFolder> JournaledAsync(Trial[] trials)
    {
        RunFolder folder = RunFolder.Create(_root, Guid.NewGuid().ToString("N"));
        await SampleRows.AppendAllAsync(folder.Trials.OpenJournal(), trials);
        return folder;
    }
}
