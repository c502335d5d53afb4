using System.Collections.Immutable;
using System.Globalization;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Harness;
using Calibration.Results;
using Calibration.Tests.Endpoint;
using Xunit;
using Process = System.Diagnostics.Process;
using ProcessStartInfo = System.Diagnostics.ProcessStartInfo;

namespace Calibration.Tests.Calibrate;

/// <summary>
/// The real command as a process, against an endpoint where a fifth of all requests goes wrong, killed with SIGKILL at random moments and
/// resumed each time. CALIBRATION_CHAOS_KILLS sets how often (default 5; the full study is 50).
/// </summary>
public sealed class ChaosTests : IDisposable
{
    private const int Seed = 20261124;

    private static readonly int Kills = int.Parse(
        Environment.GetEnvironmentVariable("CALIBRATION_CHAOS_KILLS") ?? "5", CultureInfo.InvariantCulture);

    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    /// <summary>About 240 trials per kill are more than are done between two kills.</summary>
    private readonly string[] _measure =
    [
        "measure", "--samples", "--datasets", "gsm8k,bbh,arc", "--items", Math.Clamp(4 * Kills, 20, 250).ToString(
            CultureInfo.InvariantCulture),
        "--runs", Kills > 20 ? "4" : "2", "--latency-items", "2", "--concurrency", "16", "--idle-limit", "0.5",
    ];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Resume_KilledAmongFaults_GivesTheUndisturbedRun()
    {
        string whole = await UndisturbedAsync();
        string killed = await DisturbedAsync(Options() with { Faults = Mix });
        Assert.Equal(0, await RunAsync(["fit", killed]));
        Assert.Equal(await TrialsAsync(whole), await TrialsAsync(killed));
        Assert.Equal(
            (await RunFolder.Open(whole).Service.ReadAsync().ToListAsync(Cancelled)).Select(sample =>
                (sample.Task, sample.ProblemId, sample.BudgetTokens, sample.ServiceS)),
            (await RunFolder.Open(killed).Service.ReadAsync().ToListAsync(Cancelled)).Select(sample =>
                (sample.Task, sample.ProblemId, sample.BudgetTokens, sample.ServiceS)));
        Assert.Equal(await FitsAsync(whole), await FitsAsync(killed));
    }

    [Fact]
    public async Task Resume_KilledWhereRepeatedRequestsDiffer_ForksEveryAnswerFromItsOneTrace()
    {
        var log = new ServedRequests();
        RunFolder folder = RunFolder.Open(await DisturbedAsync(Options() with { Faults = Mix, Unrepeatable = true, Log = log }));
        List<Trace> traces = await folder.Traces.ReadAsync().ToListAsync(Cancelled);
        Dictionary<string, Trace> traceOf = traces.ToDictionary(
            trace => new ProblemRun(1, trace.Task, trace.ProblemId, trace.Run).NameOf(""), StringComparer.Ordinal);
        ServedRequest[] forks =
        [
            .. log.All.Where(served => served is { ThinkingClosed: true, ThinkingTokens: > 0 } && traceOf.ContainsKey(served.User)),
        ];
        Assert.All(
            forks,
            fork =>
                Assert.True(
                    traceOf[fork.User].TokenIds.AsSpan().StartsWith(fork.Thinking.Span), $"{fork.User} was forked from another trace."));
        ILookup<string, int> forkedAt = forks.ToLookup(fork => fork.User, fork => fork.ThinkingTokens);

        List<Trial> trials = await folder.Trials.ReadAsync().ToListAsync(Cancelled);
        Assert.Equal(PlannedIn(folder), trials.Count);
        Assert.Equal(trials.Count, trials.Select(trial => trial.Key).Distinct().Count());
        Assert.All(trials, trial => Assert.Equal(TrialStatus.Ok, trial.Status));
        Assert.All(trials.Where(trial => trial.BudgetTokens > 0), trial =>
            Assert.Contains(trial.ThinkingTokens, forkedAt[new ProblemRun(1, trial.Task, trial.ProblemId, trial.Run).NameOf("")]));
        Assert.Equal(traces.Count, traces.Select(trace => (trace.Task, trace.ProblemId, trace.Run)).Distinct().Count());
    }

    private static FaultMix Mix { get; } = new(0.2, Seed, FaultMix.Passing, TimeSpan.FromSeconds(0.2));

    private static EndpointOptions Options() => new()
    {
        Problems = [.. ((string[])["gsm8k", "bbh", "arc"]).SelectMany(task => Benchmarks.Find(task)!.Load(SampleProblems.Path).Problems)],
        Seed = 1,
        MinServiceTime = TimeSpan.FromMilliseconds(5),
    };

    private async Task<string> UndisturbedAsync()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            Options() with { MinServiceTime = TimeSpan.Zero }, Cancelled);
        string folder = Path.Combine(_root, "whole");
        Assert.Equal(0, await RunAsync([.. _measure, "--endpoint", endpoint.BaseAddress.ToString(), "--out", folder]));
        string run = Assert.Single(Directory.GetDirectories(folder));
        Assert.Equal(0, await RunAsync(["fit", run]));
        return run;
    }

    private async Task<string> DisturbedAsync(EndpointOptions options)
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(options, Cancelled);
        string folder = Path.Combine(_root, "killed");
        var moments = new MathNet.Numerics.Random.MersenneTwister(Seed);
        int? exit = await RunAsync(
            [.. _measure, "--endpoint", endpoint.BaseAddress.ToString(), "--out", folder], until: GrownAsync(folder, 20_000));
        int kills = 1;
        string run = Assert.Single(Directory.GetDirectories(folder));
        for (; exit is null && kills < Kills; kills++)
        {
            // By turns soon after the start, where little is done yet, and after some rows.
            Task moment = kills % 2 == 1
                ? Task.Delay(TimeSpan.FromSeconds(0.3 + (1.2 * moments.NextDouble())), Cancelled)
                : GrownAsync(folder, moments.Next(60_000));
            exit = await RunAsync(["run", "--resume", run], until: moment);
        }

        Assert.True(kills == Kills && exit is null, $"The run ended after {kills} kills: this test shows less than it should.");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{kills} kills; {RunFolder.Open(run).Trials.ReadJournal().Count()} trials before the last resumption.");
        Assert.Equal(0, await RunAsync(["measure", "--resume", run]));
        return run;
    }

    private static int PlannedIn(RunFolder folder)
    {
        RunManifest manifest = folder.ReadManifest();
        return manifest.Tasks.Sum(task => task.Items * task.Budgets.Length) * manifest.Plan.Runs;
    }

    private static async Task<ImmutableArray<(TrialKey, TrialStatus, bool, string, string, int, int)>> TrialsAsync(string folder) =>
    [
        .. (await RunFolder.Open(folder).Trials.ReadAsync().ToListAsync(Cancelled))
            .Select(trial => (trial.Key, trial.Status, trial.Correct, trial.Answer, trial.Response, trial.ThinkingTokens, trial.Cues)),
    ];

    private static async Task<string> FitsAsync(string folder) =>
        (await File.ReadAllTextAsync(Path.Combine(folder, "fits.json"), Cancelled)).Replace(
            Path.GetFileName(folder), "RUN", StringComparison.Ordinal);

    /// <summary>Ends when the journals below a folder have grown by so many bytes.</summary>
    private static async Task GrownAsync(string folder, long bytes)
    {
        long start = JournalBytes(folder);
        while (JournalBytes(folder) <= start + bytes)
            await Task.Delay(10, Cancelled);
    }

    private static long JournalBytes(string folder) => !Directory.Exists(folder)
        ? 0
        : Directory.EnumerateFiles(folder, "*.jsonl", SearchOption.AllDirectories).Sum(file =>
            new FileInfo(file) is { Exists: true } journal ? journal.Length : 0);

    /// <summary>Runs the command, and kills it with SIGKILL at a moment: then null comes back.</summary>
    private static async Task<int?> RunAsync(string[] arguments, Task? until = null)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "calibrate.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(Cancelled), error = process.StandardError.ReadToEndAsync(Cancelled);
        Task ended = process.WaitForExitAsync(Cancelled);
        if (until is not null && await Task.WhenAny(until, ended) == until)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(Cancelled);
            return null;
        }

        await ended;
        await output;
        Assert.True(process.ExitCode == 0, await error);
        return process.ExitCode;
    }
}
