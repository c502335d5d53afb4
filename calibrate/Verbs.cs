using System.Collections.Immutable;
using System.CommandLine;
using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Report;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>The verbs of the command line, each a thin step over a run folder.</summary>
internal sealed class Verbs(TextWriter output, TextWriter log, TimeProvider clock)
{
    private readonly RunOptions options = new();
    private readonly OperatingPointOptions operatingPoint = new();
    private readonly Argument<string> run = new("run") { Description = "A run folder." };

    internal void AddRun(Command command)
    {
        Add(command, [.. options.All(), .. operatingPoint.All()]);
        command.SetAction(async (parsed, cancelled) =>
        {
            OperatingPoint point = operatingPoint.Read(parsed, parsed.GetValue(options.Seed));
            RunFolder folder = await new MeasureStage(options, log, clock).RunAsync(parsed, cancelled);
            RunFits fits = await FitStage.RunAsync(folder, cancelled);
            RunAllocation allocation = await AllocateStage.RunAsync(folder, fits, point);
            FiguresStage.Run(folder, fits, allocation);
            Summary.Write(output, fits, allocation);
            await output.WriteLineAsync($"\nResults, tables and figures: {folder.Path}");
            return 0;
        });
    }

    internal Command Measure()
    {
        var command = new Command("measure", "Measure only: accuracy and service times into a fresh run folder.");
        Add(command, options.All());
        command.SetAction(async (parsed, cancelled) =>
        {
            RunFolder folder = await new MeasureStage(options, log, clock).RunAsync(parsed, cancelled);
            await output.WriteLineAsync(folder.Path);
            return 0;
        });
        return command;
    }

    internal Command Fit()
    {
        var command = new Command("fit", "Fit both models to a run's measurements: fits.json and Table I.") { run };
        command.SetAction(async (parsed, cancelled) =>
        {
            Summary.Write(output, await FitStage.RunAsync(FolderOf(parsed), cancelled), allocation: null);
            return 0;
        });
        return command;
    }

    internal Command Allocate()
    {
        var command = new Command("allocate", "Find the optimal budgets of a fitted run: allocation.json and Table I.") { run };
        Add(command, operatingPoint.All());
        command.SetAction(async (parsed, _) =>
        {
            RunFolder folder = FolderOf(parsed);
            RunFits fits = FitStage.Read(folder);
            Summary.Write(output, fits, await AllocateStage.RunAsync(folder, fits, operatingPoint.Read(parsed, seed: 1)));
            return 0;
        });
        return command;
    }

    internal Command Simulate()
    {
        var queries = new Option<int>("--queries") { Description = "Queries a replication, after the warm-up.", DefaultValueFactory = _ => 10_000 };
        var replications = new Option<int>("--replications") { Description = "Independent replications.", DefaultValueFactory = _ => 200 };
        var seed = new Option<int>("--seed") { Description = "Seed of all draws.", DefaultValueFactory = _ => 1 };
        var command = new Command("simulate", "Simulate the FIFO queue at a run's allocation and compare it with Pollaczek–Khinchine.") { run, queries, replications, seed };
        command.SetAction(async (parsed, _) =>
        {
            RunFolder folder = FolderOf(parsed);
            if (parsed.GetValue(queries) < 1 || parsed.GetValue(replications) < 2)
                throw new UserFault("--queries must be at least 1 and --replications at least 2.");
            await SimulateStage.RunAsync(AllocateStage.Read(folder), FitStage.Read(folder), parsed.GetValue(queries), parsed.GetValue(replications), parsed.GetValue(seed), output);
            return 0;
        });
        return command;
    }

    internal Command Figures()
    {
        var command = new Command("figures", "Draw Fig. 2–4 of a fitted and allocated run.") { run };
        command.SetAction(async (parsed, _) =>
        {
            RunFolder folder = FolderOf(parsed);
            FiguresStage.Run(folder, FitStage.Read(folder), AllocateStage.Read(folder));
            await output.WriteLineAsync(folder.FiguresPath);
            return 0;
        });
        return command;
    }

    internal Command Endpoint()
    {
        var port = new Option<int>("--port") { Description = "Loopback port; 0 takes a free one.", DefaultValueFactory = _ => 0 };
        var command = new Command("endpoint", "Serve the embedded simulated endpoint on the loopback interface until interrupted.");
        Add(command, [port, options.Data, options.Seed, options.Pace]);
        command.SetAction(async (parsed, cancelled) =>
        {
            string directory = parsed.GetValue(options.Data) ?? SampleProblems.Path;
            await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
                new EndpointOptions
                {
                    Problems = [.. Benchmarks.All.SelectMany(benchmark => Loaded(benchmark, directory))],
                    Seed = (ulong)(uint)parsed.GetValue(options.Seed),
                    Paced = parsed.GetValue(options.Pace),
                    Port = parsed.GetValue(port),
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

    private RunFolder FolderOf(ParseResult parsed) => RunFolder.Open(parsed.GetValue(run)!);
}
