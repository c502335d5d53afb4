using System.Collections.Immutable;
using Calibration.Results;
using CsCheck;
using Parquet;
using Xunit;

namespace Calibration.Tests.Results.Journaling;

/// <summary>A journal in any order, with rows that came more than once, against the same rows sorted in memory.</summary>
public sealed class JournalOrderTests : IDisposable
{
    private const int Journals = 60;

    // Few values, so that keys meet; an ordinal order that no culture has.
    private static readonly Gen<string> Names = Gen.OneOf("a", "B", "\u00e9", "a/1", "a/10", "a/2", "");
    private static readonly Gen<TrialStatus> Statuses = Gen.OneOf(
        TrialStatus.Ok, TrialStatus.NoAnswer, TrialStatus.Failed, TrialStatus.Failed, TrialStatus.Unverified);

    private static readonly Gen<Trial> Trials =
        from task in Names
        from problem in Names
        from run in Gen.Int[0, 1]
        from budget in Gen.OneOf(0, 16, 4096)
        from status in Statuses
        from response in Gen.String[0, 300]
        select SampleRows.Trial(task, problem, budget, run, status, response);

    private static readonly Gen<ServiceSample> Samples =
        from trace in Names
        from budget in Gen.OneOf(0, 16, 4096)
        from status in Statuses
        from seconds in Gen.Double[0, 100]
        select SampleRows.Service(trace, budget, status, seconds);

    private static readonly Gen<Trace> Traces =
        from id in Names
        from ids in Gen.Int[0, 200_000].Array[0, 50]
        select SampleRows.Trace(id, [.. ids], problem: $"of {id}");

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Compact_AnyJournal_EqualsTheRowsSortedInMemory() =>
        await Gen.Select(Trials.Array[0, 150], Samples.Array[0, 60], Traces.Array[0, 30]).SampleAsync(
            CheckAsync, iter: Journals, threads: 2);

    private async Task CheckAsync(Trial[] trials, ServiceSample[] samples, Trace[] traces)
    {
        trials = AsRead(trials);
        RunFolder folder = RunFolder.Create(_root, Guid.NewGuid().ToString("N"));
        await SampleRows.AppendAllAsync(folder.Trials.OpenJournal(), trials);
        await SampleRows.AppendAllAsync(folder.Service.OpenJournal(), samples);
        await SampleRows.AppendAllAsync(folder.Traces.OpenJournal(), traces);

        Trial[] expectedTrials =
        [
            .. trials.GroupBy(trial => trial.Key).Select(rows => rows.LastOrDefault(row => row.Status != TrialStatus.Failed) ?? rows.Last())
            .OrderBy(trial => trial.Key),
        ];
        ServiceSample[] expectedSamples = [.. samples.GroupBy(sample => (sample.TraceId, sample.BudgetTokens)).Select(rows =>
            rows.LastOrDefault(row => row.Status == TrialStatus.Ok) ?? rows.Last())
            .OrderBy(sample => sample.BudgetTokens).ThenBy(sample => sample.TraceId, StringComparer.Ordinal)];
        Trace[] expectedTraces =
        [
            .. traces.GroupBy(trace => trace.TraceId).Select(rows => rows.First()).OrderBy(trace => trace.TraceId, StringComparer.Ordinal),
        ];

        // The same before the run has ended and after.
        for (int ended = 0; ended < 2; ended++)
        {
            Assert.Equal(expectedTrials, await folder.Trials.ReadAsync().ToArrayAsync());
            Assert.Equal(expectedSamples, await folder.Service.ReadAsync().ToArrayAsync());
            Trace[] read = await folder.Traces.ReadAsync().ToArrayAsync();
            Assert.Equal(expectedTraces.Select(trace => trace.TraceId), read.Select(trace => trace.TraceId));
            Assert.Equal(expectedTraces.Select(trace => trace.TokenIds.ToArray()), read.Select(trace => trace.TokenIds.ToArray()));
            await folder.CompactAsync();
        }

        Assert.True(folder.HasEnded);
    }

    /// <summary>JSON holds no lone surrogates: what a row became in the journal is what counts.</summary>
    private static Trial[] AsRead(Trial[] trials) =>
        [.. trials.Select(trial =>
            trial with { Response = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(trial.Response)) })];

    [Fact]
    public async Task Compact_LongResponses_RowGroupsStaySmall()
    {
        RunFolder folder = RunFolder.Create(_root, "long");
        string response = string.Concat(Enumerable.Repeat("0123456789", 100_000));
        await SampleRows.AppendAllAsync(
            folder.Trials.OpenJournal(), Enumerable.Range(0, 20).Select(budget => SampleRows.Trial("a", "y", budget, response: response)));
        await folder.CompactAsync();
        await using ParquetReader reader = await ParquetReader.CreateAsync(
            folder.Trials.Path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(5, reader.RowGroupCount);
        Assert.Equal(
            Enumerable.Range(0, 20).ToArray(),
            await folder.Trials.ReadAsync().Select(trial => trial.BudgetTokens).ToArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Read_RowsOfOneProblem_ShareTheirNames()
    {
        RunFolder folder = RunFolder.Create(_root, "names");
        await SampleRows.AppendAllAsync(
            folder.Trials.OpenJournal(), [SampleRows.Trial("task-1", "problem-1", 0), SampleRows.Trial("task-1", "problem-1", 1)]);
        ImmutableArray<Trial> journaled = [.. folder.Trials.ReadJournal()];
        await folder.CompactAsync();
        ImmutableArray<Trial> stored = [.. await folder.Trials.ReadAsync().ToArrayAsync(TestContext.Current.CancellationToken)];
        foreach (ImmutableArray<Trial> read in (ImmutableArray<Trial>[])[journaled, stored])
        {
            Assert.Same(read[0].Task, read[1].Task);
            Assert.Same(read[0].ProblemId, read[1].ProblemId);
        }
    }
}
