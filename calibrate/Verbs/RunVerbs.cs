using System.Collections.Immutable;
using System.CommandLine;
using Calibration.Analysis;
using Calibration.Calibrate.Files;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Calibrate.Stages;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary>The verbs of the command line, each a thin step over a run folder.</summary>
internal sealed class RunVerbs(TextWriter output, TextWriter log, TimeProvider clock)
{
    private readonly RunOptions _options = new();
    private readonly OperatingPointOptions _operatingPoint = new();
    private readonly Argument<string> _run = new("run") { Description = "A run folder." };
    private readonly Argument<string> _runOrPoint = new("run") { Description = "A run folder, or the folder of one of its operating points (RUN/points/…)." };
    private readonly Argument<string?> _optionalRun = new("run") { Description = "A run folder.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _workloadFile = new("--workload") { Description = "Workload from elsewhere: CSV with the header task,probability,A,b,D,t0_s,c_s_per_token[,sigma_s][,max_budget_tokens].", HelpName = "FILE.csv" };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object." };

    internal void AddRun(Command command)
    {
        Add(command, [.. _options.All(), _options.AcceptMissing, .. _operatingPoint.All()]);
        command.SetAction(async (given, cancelled) =>
        {
            (Resumption? resumed, ParseResult parsed) = Resumed(given);
            OperatingPoint point = _operatingPoint.Read(parsed, parsed.GetValue(_options.Seed));
            RunFolder folder = await new MeasureStage(_options, log, clock).RunAsync(parsed, resumed, _options.TimeLeft(given, clock) ?? _options.TimeLeft(parsed, clock), cancelled);
            bool acceptMissing = given.GetValue(_options.AcceptMissing) || parsed.GetValue(_options.AcceptMissing);
            RunFits fits = await FitStage.RunAsync(folder, FitMethod.MaximumLikelihood, acceptMissing, cancelled);
            (PointFolder place, RunAllocation? allocation) = await AllocateStage.RunAsync(folder, fits, point);
            await FiguresStage.RunAsync(place, fits, allocation, cancelled);
            Summary.Write(output, fits, allocation);
            await output.WriteLineAsync($"\nResults, tables and figures: {place.Path}");
            return FitStage.ExitCodeOf(fits);
        });
    }

    internal Command Measure()
    {
        var command = new Command("measure", "Measure only: accuracy and service times into a fresh run folder.");
        Add(command, _options.All());
        command.SetAction(async (given, cancelled) =>
        {
            (Resumption? resumed, ParseResult parsed) = Resumed(given);
            RunFolder folder = await new MeasureStage(_options, log, clock).RunAsync(parsed, resumed, _options.TimeLeft(given, clock) ?? _options.TimeLeft(parsed, clock), cancelled);
            await output.WriteLineAsync(folder.Path);
            return 0;
        });
        return command;
    }

    internal Command Fit()
    {
        var accuracy = new Option<string?>("--accuracy") { Description = "Fit points from elsewhere instead of a run: CSV with the header task,budget_tokens,n,correct or task,problem,run,budget_tokens,correct.", HelpName = "POINTS.csv" };
        var service = new Option<string?>("--service") { Description = "Service times from elsewhere: CSV with the header task,tokens,service_s.", HelpName = "TIMES.csv" };
        var method = new Option<string>("--method") { Description = "ml: binomial maximum likelihood. wls: weighted least squares.", DefaultValueFactory = _ => "ml" };
        var command = new Command("fit", "Fit both models to a run's measurements (fits.json, Table I), or to points from elsewhere.") { _optionalRun, accuracy, service, method, _options.AcceptMissing, _json };
        command.SetAction(async (parsed, cancelled) =>
        {
            FitMethod fitMethod = parsed.GetValue(method) switch
            {
                "ml" => FitMethod.MaximumLikelihood,
                "wls" => FitMethod.WeightedLeastSquares,
                var other => throw new UserFault($"--method is \"{other}\": it is ml or wls."),
            };
            (string? points, string? times) = (parsed.GetValue(accuracy), parsed.GetValue(service));
            ImmutableArray<FitFiles.FittedTask> tasks;
            int exitCode = 0;
            if (parsed.GetValue(_optionalRun) is { } path)
            {
                if (points is not null || times is not null)
                    throw new UserFault("Give a run folder, or files with --accuracy and --service, not both.");
                RunFits fits = await FitStage.RunAsync(RunFolder.Open(path), fitMethod, parsed.GetValue(_options.AcceptMissing), cancelled);
                if (!parsed.GetValue(_json))
                {
                    Summary.Write(output, fits, allocation: null);
                    return FitStage.ExitCodeOf(fits);
                }

                exitCode = FitStage.ExitCodeOf(fits);
                tasks = [.. fits.Tasks.Select(task => new FitFiles.FittedTask(task.Task, task.Accuracy, task.Service))];
            }
            else
            {
                if (points is null && times is null)
                    throw new UserFault("Name a run folder to fit, or a file with --accuracy or --service.");
                if (points is null && parsed.GetResult(method) is { Implicit: false })
                    throw new UserFault("--method has no effect without --accuracy: service times are fitted by weighted least squares.");
                tasks = FitFiles.Fit(points, times, fitMethod);
            }

            if (parsed.GetValue(_json))
                FitFiles.WriteJson(output, tasks);
            else
                FitFiles.WriteText(output, tasks);
            return exitCode;
        });
        return command;
    }

    internal Command Allocate()
    {
        var command = new Command("allocate", "Find the optimal budgets of a fitted run (allocation.json, Table I), or of a workload file. The run folder keeps its first operating point; others go to RUN/points/.") { _optionalRun, _workloadFile, _json };
        Add(command, _operatingPoint.All());
        command.SetAction(async (parsed, cancelled) =>
        {
            OperatingPoint point = _operatingPoint.Read(parsed, seed: 1);
            if (parsed.GetValue(_workloadFile) is { } file)
            {
                if (parsed.GetValue(_optionalRun) is not null || parsed.GetValue(_operatingPoint.Mix) is not null)
                    throw new UserFault("--workload brings its own tasks and probabilities: leave the run folder and --mix out.");
                WorkloadStage.Allocate(WorkloadFile.Read(file, point.ArrivalRatePerSecond, point.AccuracyWeightSeconds, point.MaxBudgetTokens), parsed.GetValue(_json), output);
                return 0;
            }

            RunFolder folder = RunFolder.Open(parsed.GetValue(_optionalRun) ?? throw new UserFault("Name a run folder, or a workload with --workload FILE.csv."));
            RunFits fits = FitStage.Read(folder);
            point = point with { Seed = folder.ReadManifest().Plan.Seed };
            (PointFolder place, RunAllocation? allocation) = await AllocateStage.RunAsync(folder, fits, point);
            if (place.Within.Length > 0)
                await FiguresStage.RunAsync(place, fits, allocation, cancelled);
            if (parsed.GetValue(_json) && allocation is not null)
            {
                await output.WriteLineAsync(await File.ReadAllTextAsync(place.In("allocation.json"), cancelled));
                return FitStage.ExitCodeOf(fits);
            }

            Summary.Write(output, fits, allocation);
            if (allocation is not null)
                await output.WriteLineAsync($"\nAllocation and tables of this operating point: {place.Path}");
            return FitStage.ExitCodeOf(fits);
        });
        return command;
    }

    internal Command Simulate()
    {
        var budgets = new Option<string?>("--budgets") { Description = "One budget a task of the workload file, in its order: 0,341,0,0,346,30.", HelpName = "LIST" };
        var queries = new Option<int>("--queries") { Description = "Queries a replication, after the warm-up.", DefaultValueFactory = _ => 10_000 };
        var replications = new Option<int>("--replications") { Description = "Independent replications, at least 2.", DefaultValueFactory = _ => 200 };
        var seed = new Option<int>("--seed") { Description = "Seed of all draws.", DefaultValueFactory = _ => 1 };
        var command = new Command("simulate", "Simulate the FIFO queue at a run's allocation, or at a workload's budgets, and compare it with Pollaczek–Khinchine.") { _optionalRun, _workloadFile, budgets, queries, replications, seed, _json };
        Add(command, [_operatingPoint.ArrivalRate]);
        command.SetAction(async (parsed, cancelled) =>
        {
            if (parsed.GetValue(queries) < 1 || parsed.GetValue(replications) < 2)
                throw new UserFault("--queries must be at least 1 and --replications at least 2.");
            SimulatedQueue queue;
            string? path = parsed.GetValue(_optionalRun);
            if (parsed.GetValue(_workloadFile) is { } file)
            {
                if (path is not null)
                    throw new UserFault($"{path} has no effect with --workload: leave it out, and separate lists with commas.");
                OperatingPoint point = _operatingPoint.Read(parsed, parsed.GetValue(seed));
                Workload workload = WorkloadFile.Read(file, point.ArrivalRatePerSecond, point.AccuracyWeightSeconds, double.MaxValue);
                queue = SimulatedQueue.Of(workload, parsed.GetValue(budgets) ?? throw new UserFault("--workload needs --budgets, one a task."), file);
            }
            else
            {
                if (WithoutEffect.FirstOf(parsed, replications, queries, seed, _json) is { } idle)
                    throw new UserFault($"{idle} has no effect without --workload: the queue is simulated at the allocation that the folder holds. For another, give calibrate allocate RUN its options, and simulate the folder that it names.");
                PointFolder place = PointFolder.Open(path ?? throw new UserFault("Name a run folder, or a workload with --workload FILE.csv."));
                queue = await SimulatedQueue.OfAsync(place.Run, place.ReadAllocation(), cancelled);
            }

            SimulateStage.Run(queue, parsed.GetValue(queries), parsed.GetValue(replications), parsed.GetValue(seed), parsed.GetValue(_json), output);
            return 0;
        });
        return command;
    }

    internal Command Figures()
    {
        var command = new Command("figures", "Draw Fig. 2–4 and the report of a fitted and allocated run, or of one of its operating points.") { _runOrPoint };
        command.SetAction(async (parsed, cancelled) =>
        {
            PointFolder place = PointFolder.Open(parsed.GetValue(_runOrPoint)!);
            RunFits fits = FitStage.Read(place.Run);
            await FiguresStage.RunAsync(place, fits, fits.Tasks.All(task => task.IsMissingData) ? null : place.ReadAllocation(), cancelled);
            await output.WriteLineAsync(place.FiguresPath);
            return 0;
        });
        return command;
    }

    internal Command Merge()
    {
        var parts = new Argument<string[]>("runs") { Description = "Run folders of one plan's parts (--shard).", Arity = ArgumentArity.OneOrMore };
        var command = new Command("merge", "Put the parts of one plan together into a new run folder; overlaps and gaps are named.") { parts, _options.Out };
        command.SetAction(async (parsed, cancelled) =>
        {
            RunFolder merged = await MergeStage.RunAsync([.. parsed.GetValue(parts)!.Select(RunFolder.Open)], parsed.GetValue(_options.Out)!, output, cancelled);
            await output.WriteLineAsync(merged.Path);
            return 0;
        });
        return command;
    }

    internal Command Regrade()
    {
        var command = new Command("regrade", "Grade a run's kept answers again, into a new run folder, and show what moved.") { _run, _options.Data };
        command.SetAction(async (parsed, cancelled) =>
        {
            RunFolder folder = FolderOf(parsed);
            string directory = parsed.GetValue(_options.Data) ?? DataFolder.Of(folder.ReadManifest());
            await output.WriteLineAsync((await RegradeStage.RunAsync(folder, directory, output, cancelled)).Path);
            return 0;
        });
        return command;
    }

    internal Command Endpoint()
    {
        var port = new Option<int>("--port") { Description = "Loopback port; 0 takes a free one.", DefaultValueFactory = _ => 0 };
        var logFile = new Option<string?>("--log") { Description = "Write the endpoint's own times of every request into this file, a line of JSON each.", HelpName = "FILE" };
        var asVllm = new Option<bool>("--as-vllm") { Description = "Pass for vLLM 0.32.0: its names, fields, prefix cache and refusals, and no word of being a simulation." };
        var speed = new Option<double?>("--total-speed") { Description = "Tokens per second that all requests in work share; each then really takes its time.", HelpName = "TOKENS" };
        var command = new Command("endpoint", "Serve the embedded simulated endpoint on the loopback interface until interrupted.");
        Add(command, [port, logFile, asVllm, speed, _options.Data, _options.Seed, _options.Pace]);
        command.SetAction(async (parsed, cancelled) =>
        {
            string directory = parsed.GetValue(_options.Data) ?? SampleProblems.Path;
            using RequestLog? requests = parsed.GetValue(logFile) is { } path ? new RequestLog(path) : null;
            await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
                new EndpointOptions
                {
                    Problems = [.. Benchmarks.All.SelectMany(benchmark => Loaded(benchmark, directory))],
                    Seed = (ulong)(uint)parsed.GetValue(_options.Seed),
                    Paced = parsed.GetValue(_options.Pace),
                    Port = parsed.GetValue(port),
                    Log = requests,
                    AsVllm = parsed.GetValue(asVllm),
                    TotalTokensPerSecond = parsed.GetValue(speed) is not { } total || total > 0 ? parsed.GetValue(speed) : throw new UserFault("--total-speed must be above 0."),
                },
                cancelled);
            await output.WriteLineAsync($"Simulated endpoint at {endpoint.BaseAddress}");
            await endpoint.WaitAsync(cancelled);
            return 0;
        });
        return command;
    }

    /// <summary>A data folder need not hold all six benchmarks to be served.</summary>
    private static ImmutableArray<Problem> Loaded(Benchmark benchmark, string directory)
    {
        try
        {
            return benchmark.Load(directory).Problems;
        }
        catch (DatasetException) when (directory != SampleProblems.Path && !Directory.Exists(Path.Combine(directory, benchmark.Task)))
        {
            return [];
        }
    }

    private static void Add(Command command, IEnumerable<Option> added)
    {
        foreach (Option option in added)
            command.Add(option);
    }

    /// <summary>
    /// The run to go on with, if any. Of one that has ended that is said, because nothing is measured then; a fresh one must have a place.
    /// </summary>
    private (Resumption? Run, ParseResult Options) Resumed(ParseResult given)
    {
        (Resumption? resumed, ParseResult parsed) = _options.Resumed(given);
        if (resumed is { Folder.HasEnded: true, AddedBudgets: [], RedoLatency: false })
            log.WriteLine($"{resumed.Folder.Path} had ended: nothing is left to measure.");
        if (resumed is null)
            RunFolder.ThrowIfUnwritable(parsed.GetValue(_options.Out)!);
        return (resumed, parsed);
    }

    private RunFolder FolderOf(ParseResult parsed) => RunFolder.Open(parsed.GetValue(_run)!);
}
