using System.Text.Json;
using Calibration.Calibrate;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Results;
using Calibration.Tests.Endpoint;
using Calibration.Tests.Harness;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>A budget added to a run costs its answers only, and gives what a run gives that had it from the start.</summary>
public sealed class AddedBudgetsTests : IClassFixture<WholeRuns>, IAsyncLifetime
{
    /// <summary>The simulated model closes its thinking after some 18 tokens of ARC and some 900 of GSM8K.</summary>
    internal static readonly string[] Plan =
    [
        "--samples", "--datasets", "arc,gsm8k", "--items", "12", "--runs", "2", "--latency-items", "3", "--concurrency", "8",
    ];

    private static readonly string[] First = ["--budgets", "0,64", "--budgets", "gsm8k=0,256,2048"];
    private static readonly string[] Added = ["--add-budgets", "1,24", "--add-budgets", "gsm8k=512,1024", "--add-budgets", "arc=40"];
    internal static readonly string[] Whole = ["--budgets", "0,1,24,40,64", "--budgets", "gsm8k=0,1,24,256,512,1024,2048"];

    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    private readonly WholeRuns _wholes;
    private readonly ServedRequests _log;
    private EmbeddedEndpoint? _endpoint;
    private int _servedUntilCancelled = int.MaxValue;
    private CancellationTokenSource _interruption = new();

    public AddedBudgetsTests(WholeRuns wholes)
    {
        _wholes = wholes;
        _log = new ServedRequests(_ =>
        {
            if (Interlocked.Decrement(ref _servedUntilCancelled) == 0)
                _interruption.Cancel();
        });
    }

    public async ValueTask InitializeAsync() =>
        _endpoint = await EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [.. Problems()], Seed = 1, Log = _log }, Cancelled);

    public async ValueTask DisposeAsync()
    {
        await _endpoint!.DisposeAsync();
        _interruption.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("exact")]
    [InlineData("cap")]
    public async Task Add_EndedRun_AsksTheNewAnswersOnly(string semantics)
    {
        string folder = await MeasureAsync("grown", [.. First, "--semantics", semantics, "--note", "gpu=none"]);
        MeasuredRun before = await MeasuredRun.ReadAsync(folder);
        _log.All.Clear();
        await RunAsync(["measure", "--resume", folder, .. Added]);

        MeasuredRun after = await MeasuredRun.ReadAsync(folder);
        Assert.Equal(before.Trials, after.Trials.IntersectBy(before.Trials.Select(trial => trial.Key), trial => trial.Key));
        Assert.Equal(before.Traces.Select(Shown), after.Traces.Select(Shown));
        Assert.Equal(before.Service, after.Service);
        Assert.Equal((await _wholes.WithAsync(semantics)).Trials.Select(Anonymous), after.Trials.Select(Anonymous));
        ServedRequest[] answers = [.. _log.All.Where(IsOfAccuracy)];
        Assert.All(answers, served => Assert.True(served.ThinkingClosed, "A trace was generated again."));
        Assert.All(
            _log.All.Except(answers),
            served =>
                Assert.True(
                    served.User == "canary" || served is { ThinkingClosed: true, ThinkingTokens: 0 },
                    "Only the opening and the warm-up ask besides."));
        int added = after.Trials.Length - before.Trials.Length, asked = answers.Length;
        Assert.Equal(24 * (3 + 4), added);
        Assert.InRange(asked, semantics == "exact" ? added : 1, semantics == "exact" ? added : added - 1);

        // All that the manifest says, but the budgets and the time.
        Assert.Equal(
            Json(before.Manifest),
            Json(
                after.Manifest with
                {
                    Tasks = before.Manifest.Tasks,
                    Settings = after.Manifest.Settings with { AddedBudgets = [] },
                    MeasuringS = before.Manifest.MeasuringS,
                }));
        Assert.Equal("1,24 gsm8k=512,1024 arc=40", string.Join(' ', after.Manifest.Settings.AddedBudgets));
        Assert.Equal([0, 1, 24, 256, 512, 1024, 2048], after.Manifest.Tasks.Single(task => task.Task == "gsm8k").Budgets);

        // Given again nothing is to do; the fits are made of all budgets.
        _log.All.Clear();
        Assert.Contains("has all of these budgets", await RunAsync(["run", "--resume", folder, .. Added]), StringComparison.Ordinal);
        await RunAsync("run", "--resume", folder);
        Assert.Empty(_log.All);
        Assert.Equal(Json(after.Manifest), Json(RunFolder.Open(folder).ReadManifest()));
        Assert.Contains(
            "\"budget_tokens\": 1024", await File.ReadAllTextAsync(Path.Combine(folder, "fits.json"), Cancelled), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exact")]
    [InlineData("cap")]
    public async Task Add_InterruptedTwice_GivesTheWholeRun(string semantics)
    {
        string grown = Path.Combine(_root, "grown");
        await InterruptedAsync(130, [.. MeasureInto("grown"), .. First, "--semantics", semantics]);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(grown)));
        Assert.False(folder.HasEnded);
        Assert.NotEmpty(folder.Trials.ReadJournal());

        await InterruptedAsync(60, ["measure", "--resume", folder.Path, .. Added]);
        Assert.False(folder.HasEnded);
        Trial[] kept = [.. folder.Trials.ReadJournal()];
        Trace[] traces = [.. folder.Traces.ReadJournal()];
        _log.All.Clear();
        await RunAsync("measure", "--resume", folder.Path);
        MeasuredRun after = await MeasuredRun.ReadAsync(folder.Path);
        Assert.Equal((await _wholes.WithAsync(semantics)).Trials.Select(Anonymous), after.Trials.Select(Anonymous));
        Assert.Subset(after.Trials.ToHashSet(), kept.ToHashSet());
        Assert.Equal(48, after.Traces.Length);
        HashSet<string> durable = [.. traces.Select(trace => new ProblemRun(1, trace.Task, trace.ProblemId, trace.Run).NameOf(""))];
        Assert.All(_log.All.Where(served => durable.Contains(served.User)), served => Assert.True(served.ThinkingClosed));
    }

    /// <summary>
    /// A model that closes its thinking at once has thought nothing at every budget, and yet is not asked without thinking.
    /// </summary>
    [Fact]
    public async Task Add_NoThinkingToClosedAtOnce_IsAskedInItsOwnForm()
    {
        RunFolder folder = RunFolder.Open(await MeasureAsync("run", ["--budgets", "64,2048", "--semantics", "cap"]));
        await folder.ReopenAsync(Cancelled);
        string journal = folder.In("journal", "trials.jsonl");
        Trial[] closed = [.. folder.Trials.ReadJournal().Select(trial => trial.ClosedByModel ? trial with { ThinkingTokens = 0 } : trial)];
        await File.WriteAllLinesAsync(journal, closed.Select(trial => JsonSerializer.Serialize(trial, ResultsJson.Line)), Cancelled);
        _log.All.Clear();
        await RunAsync("measure", "--resume", folder.Path, "--add-budgets", "0");
        Assert.Equal(48, _log.All.Count(served => IsOfAccuracy(served) && served is { ThinkingClosed: true, ThinkingTokens: 0 }));
        Assert.All(
            (await MeasuredRun.ReadAsync(folder.Path)).Trials.Where(trial => trial.BudgetTokens == 0),
            trial => Assert.False(trial.ClosedByModel));
    }

    /// <summary>Where every budget thinks by itself, larger budgets can be added too; their service times are measured.</summary>
    [Theory]
    [InlineData("--independent")]
    [InlineData("--prompt-format", "text", "--semantics", "cap")]
    public async Task Add_BudgetsWithThinkingOfTheirOwn_MayBeLarger(params string[] mode)
    {
        string whole = await MeasureAsync("whole", ["--budgets", "0,16,32,64,128", .. mode]);
        string folder = await MeasureAsync("grown", ["--budgets", "0,32", .. mode]);
        MeasuredRun before = await MeasuredRun.ReadAsync(folder);
        await RunAsync("measure", "--resume", folder, "--add-budgets", "64");
        await RunAsync("measure", "--resume", folder, "--add-budgets", "16,128");
        MeasuredRun after = await MeasuredRun.ReadAsync(folder);
        Assert.Equal((await MeasuredRun.ReadAsync(whole)).Trials.Select(Anonymous), after.Trials.Select(Anonymous));
        Assert.Subset(after.Trials.ToHashSet(), before.Trials.ToHashSet());
        Assert.Subset(after.Service.ToHashSet(), before.Service.ToHashSet());
        Assert.Equal([64, 128], after.Service.Select(sample => sample.BudgetTokens).Distinct().Where(budget => budget > 32));
        Assert.Equal(after.Trials.Length, after.Trials.Select(trial => trial.TraceId).Distinct().Count());
    }

    [Fact]
    public async Task Add_ShardsAndTheirMerge_GiveTheWholeRun()
    {
        string[] parts =
        [
            await MeasureAsync("first", [.. First, "--shard", "1/2"]), await MeasureAsync("second", [.. First, "--shard", "2/2"]),
        ];
        foreach (string part in parts)
            await RunAsync(["measure", "--resume", part, .. Added]);
        CommandRun merge = await CommandRun.OfAsync(["merge", .. parts, "--out", _root]);
        Assert.True(merge.ExitCode == 0, merge.Error);
        Assert.DoesNotContain("missing", merge.Output, StringComparison.Ordinal);
        string merged = Assert.Single(Directory.GetDirectories(_root, "*-merged"));
        Assert.Equal(
            (await _wholes.WithAsync("exact")).Trials.Select(Anonymous), (await MeasuredRun.ReadAsync(merged)).Trials.Select(Anonymous));
        CommandRun refused = await CommandRun.OfAsync("measure", "--resume", merged, "--add-budgets", "arc=8");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("merged", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>What a crash leaves of the reopening can be resumed as it was and enlarged.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Add_ReopeningCrashed_IsRepeated(bool isRenamed, bool resumedFirst)
    {
        RunFolder folder = RunFolder.Open(await MeasureAsync("grown", First));
        byte[] trials = await File.ReadAllBytesAsync(folder.Trials.Path, Cancelled);
        await folder.ReopenAsync(Cancelled);
        if (!isRenamed)
        {
            Directory.Move(folder.In("journal"), folder.In("journal.new"));
            using FileStream torn = File.Open(folder.In("journal.new", "trials.jsonl"), FileMode.Open);
            torn.SetLength(torn.Length / 3);
        }

        if (resumedFirst)
        {
            _log.All.Clear();
            await RunAsync("measure", "--resume", folder.Path);
            Assert.DoesNotContain(_log.All, IsOfAccuracy);
            Assert.Equal(trials, await File.ReadAllBytesAsync(folder.Trials.Path, Cancelled));
            Assert.Empty(Directory.GetDirectories(folder.Path));
        }

        await RunAsync(["measure", "--resume", folder.Path, .. Added]);
        Assert.Equal(
            (await _wholes.WithAsync("exact")).Trials.Select(Anonymous),
            (await MeasuredRun.ReadAsync(folder.Path)).Trials.Select(Anonymous));
        Assert.Empty(Directory.GetDirectories(folder.Path));
    }

    private static bool IsOfAccuracy(ServedRequest served) => AccuracyGroups.Value.Contains(served.User);

    private static Lazy<HashSet<string>> AccuracyGroups { get; } = new(() =>
    [
        .. from problem in Problems() from run in (int[])[0, 1] select new ProblemRun(1, problem.Task, problem.Id, run).NameOf(""),
    ]);

    internal static IEnumerable<Problem> Problems() =>
        ((string[])["arc", "gsm8k"]).SelectMany(task => Benchmarks.Find(task)!.Load(SampleProblems.Path).Problems);

    /// <summary>All of a trial but the run's id in the name of its trace.</summary>
    private static Trial Anonymous(Trial trial) =>
        trial with { TraceId = trial.TraceId[trial.TraceId.IndexOf('/', StringComparison.Ordinal)..] };

    private static (string, string, int?, bool) Shown(Trace trace) =>
        (trace.TraceId, string.Join(' ', trace.TokenIds.Concat(trace.CuePositions)), trace.MaskedFrom, trace.ClosedByModel);

    private static string Json(RunManifest manifest) => JsonSerializer.Serialize(manifest, ResultsJson.Line);

    private async Task<string> MeasureAsync(string name, string[] arguments)
    {
        await RunAsync([.. MeasureInto(name), .. arguments]);
        return Assert.Single(Directory.GetDirectories(Path.Combine(_root, name)));
    }

    private string[] MeasureInto(string name) =>
        ["measure", "--endpoint", _endpoint!.BaseAddress.ToString(), "--out", Path.Combine(_root, name), .. Plan];

    /// <returns>What the command said.</returns>
    private static async Task<string> RunAsync(params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Error;
    }

    /// <summary>Interrupts the command as a signal does, once a number of requests has been served.</summary>
    private async Task InterruptedAsync(int served, string[] arguments)
    {
        _interruption.Dispose();
        _interruption = new CancellationTokenSource();
        _servedUntilCancelled = served;
        int code = await CommandLine.InvokeAsync(
            arguments, TextWriter.Null, TextWriter.Null, TimeProvider.System, _interruption.Token);
        Assert.Equal(130, code);
    }
}

/// <summary>The runs that had all budgets from the start, one per semantics; what grew must equal them.</summary>
public sealed class WholeRuns : IAsyncLifetime
{
    private readonly Dictionary<string, MeasuredRun> _runs = new(StringComparer.Ordinal);
    private EmbeddedEndpoint? _endpoint;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() =>
        _endpoint = await EmbeddedEndpoint.StartAsync(new EndpointOptions { Problems = [.. AddedBudgetsTests.Problems()], Seed = 1 });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _endpoint!.DisposeAsync();

    /// <summary>Measured when it is first asked for; the tests of a class ask one after another.</summary>
    internal async Task<MeasuredRun> WithAsync(string semantics)
    {
        if (!_runs.TryGetValue(semantics, out MeasuredRun? run))
        {
            run = _runs[semantics] = await MeasuredRun.OfAsync(
                _endpoint!.BaseAddress, [.. AddedBudgetsTests.Plan, .. AddedBudgetsTests.Whole, "--semantics", semantics]);
        }

        return run;
    }
}
