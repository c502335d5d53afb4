using System.Collections.Immutable;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Results;

public sealed class RunFolderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Create_TakenId_GetsANumber()
    {
        RunFolder first = RunFolder.Create(root, "night");
        RunFolder second = RunFolder.Create(root, "night");
        Assert.Equal("night", first.Id);
        Assert.Equal("night-2", second.Id);
    }

    [Fact]
    public async Task Compact_JournaledRows_ComeBackInKeyOrder()
    {
        RunFolder folder = RunFolder.Create(root, "night");
        Trial[] trials = [Trial("b", "x|\"\n\u4f60", 64), Trial("a", "y", 128), Trial("a", "y", 0)];
        Trace[] traces = [Trace("t1", [1, 2, 151_668, 3]), Trace("t0", [])];
        var sample = new ServiceSample
        {
            Task = "a",
            ProblemId = "y",
            TraceId = "t0",
            BudgetTokens = 8,
            ThinkingTokens = 8,
            AnswerTokens = 2,
            TimeToFirstTokenS = 0.1,
            ThinkingS = 0.2,
            ServiceS = 0.3,
            ServiceSource = ServiceSource.Simulated,
            Status = TrialStatus.Ok,
            ServerS = 0.25,
        };
        await using (Journal<Trial> journal = folder.OpenTrialJournal())
            await Task.WhenAll(trials.Select(journal.AppendAsync));
        await using (Journal<Trace> journal = folder.OpenTraceJournal())
            await Task.WhenAll(traces.Select(journal.AppendAsync));
        await using (Journal<ServiceSample> journal = folder.OpenServiceJournal())
            await journal.AppendAsync(sample);

        await folder.CompactAsync();

        Assert.Equal([trials[2], trials[1], trials[0]], await folder.ReadTrialsAsync().ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal([sample], await folder.ReadServiceAsync().ToListAsync(TestContext.Current.CancellationToken));
        List<Trace> read = await folder.ReadTracesAsync().ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["t0", "t1"], read.Select(trace => trace.TraceId));
        Assert.Equal([1, 2, 151_668, 3], read[1].TokenIds.AsEnumerable());
        Assert.Empty(read[0].TokenIds);
    }

    [Fact]
    public async Task Journal_TornLastLine_IsCutOffAndTheRestKept()
    {
        RunFolder folder = RunFolder.Create(root, "night");
        await using (Journal<Trial> journal = folder.OpenTrialJournal())
            await journal.AppendAsync(Trial("a", "y", 1));
        string path = folder.In("journal", "trials.jsonl");
        await File.AppendAllTextAsync(path, "{\"task\":\"a\",\"prob", TestContext.Current.CancellationToken);
        Assert.Single(JournalFile.Read<Trial>(path));
        await using (Journal<Trial> journal = folder.OpenTrialJournal())
            await journal.AppendAsync(Trial("a", "y", 2));
        Assert.Equal([1, 2], JournalFile.Read<Trial>(path).Select(trial => trial.BudgetTokens));
    }

    [Fact]
    public void Open_NoManifest_IsRefused() => Assert.Throws<DirectoryNotFoundException>(() => RunFolder.Open(root));

    private static Trial Trial(string task, string id, int budget) => new()
    {
        Task = task,
        ProblemId = id,
        Run = 0,
        BudgetTokens = budget,
        ThinkingTokens = budget,
        AnswerTokens = 3,
        Status = TrialStatus.Ok,
        Correct = true,
        Answer = "4",
        Response = "\\boxed{4}",
        Gold = "4",
        TraceId = "t",
        Cues = 0,
        ClosedByModel = false,
        Semantics = BudgetSemantics.Exact,
        Road = Road.Ids,
        CountSource = CountSource.Ids,
    };

    private static Trace Trace(string id, ImmutableArray<int> ids) => new()
    {
        TraceId = id,
        Task = "a",
        ProblemId = "y",
        Run = 0,
        TokenIds = ids,
        CuePositions = [],
        ClosedByModel = false,
        PromptTokens = 5,
    };
}
