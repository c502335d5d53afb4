using System.Collections.Immutable;
using System.CommandLine;
using Calibration.Analysis;
using Calibration.Analysis.Curves;
using Calibration.Calibrate.Files;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Optimizer;
using Calibration.Report;
using Calibration.Report.Figures;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>figures</c>: the figures of a run, or the figures of a workload file.</summary>
internal sealed class FiguresVerb(TextWriter output, TextWriter log)
{
    private const int WorkloadSeed = 1;

    private readonly Option<string?> _workload = RunArguments.Workload();
    private readonly FigureArguments _figures = new();
    private readonly OperatingPointOptions _point = new();

    private readonly Argument<string?> _run = new("run")
    {
        Description = "A run folder, or the folder of one of its operating points (RUN/points/…).",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "Folder for the figures of --workload. Default: figures.",
        HelpName = "DIR",
    };

    internal Command Command()
    {
        var command = new Command(
            "figures",
            "Draw all figures (PDF, SVG, PNG) of a fitted and allocated run, with their data (CSV) and captions. With "
            + "--workload: Fig. 3, Fig. 4, the frontier, ℓ*(λ) and ℓ*(α) of a workload.")
        {
            _run, _workload, _out, _point.ArrivalRate, _point.AccuracyWeight, _point.MaxBudget,
        };
        foreach (Option option in (Option[])[_point.ArrivalRate, _point.AccuracyWeight, _point.MaxBudget])
            option.Description = $"With --workload: {option.Description}";
        command.AddAll(_figures.All());
        command.SetAction((parsed, cancelled) => parsed.GetValue(_workload) is { } file
            ? DrawWorkloadAsync(file, parsed, cancelled)
            : DrawRunAsync(parsed, cancelled));
        return command;
    }

    private async Task<int> DrawWorkloadAsync(string file, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_run) is not null)
            throw new UserFault("Give a run folder or --workload FILE, not both.");
        FigureOptions options = _figures.Read(parsed);
        Workload workload = WorkloadFile.Read(file, _point.Read(parsed));
        ImmutableArray<(string Task, string DisplayName)> all = [.. workload.Tasks.Select(task => (task.Task, task.Task))];
        ImmutableArray<(string Task, string DisplayName)> tasks = _figures.TasksOf(parsed, all);
        string sweep = _figures.SweepOf(parsed, all) ?? Benchmarks.PaperSweepTask;
        DecisionCurves curves = WorkloadCurves.Of(workload, sweep, WorkloadSeed, cancellationToken);
        curves = await DrawnAsync(parsed, curves, tasks, budget => Task.FromResult(WorkloadCurves.Uniform(workload, budget)));
        string folder = parsed.GetValue(_out) ?? "figures";
        foreach (Figure figure in FigureSet.OfDecision(curves, new FigureSource(Path.GetFileName(file)), options))
            figure.Write(folder);
        await output.WriteLineAsync(folder);
        Ending.Next(log, $"calibrate allocate --workload {file}");
        return 0;
    }

    private async Task<int> DrawRunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (WithoutEffect.FirstOf(parsed, [.. _figures.All()]) is { } idle)
        {
            throw new UserFault(
                $"{idle} has no effect without --workload: a run's figures are of the operating point that its folder holds.");
        }

        FigureOptions options = _figures.Read(parsed);
        PointFolder place = PointFolder.Open(
            parsed.GetValue(_run) ?? throw new UserFault("Name a run folder, or a workload with --workload FILE."));
        (RunFits fits, RunAllocation? allocation) = RunAnalysis.Read(place);
        await RunAnalysis.CheckRowsAsync(place.Run, fits, cancellationToken);
        ImmutableArray<(string Task, string DisplayName)> all = [.. fits.Tasks.Select(task => (task.Task, task.DisplayName))];
        ImmutableArray<(string Task, string DisplayName)> tasks = _figures.TasksOf(parsed, all);
        DecisionCurves? curves = allocation is null ? null : DecisionCurves.Of(allocation);
        if (curves is not null)
        {
            if (_figures.SweepOf(parsed, all) is { } sweep)
            {
                Workload stored = WorkloadFile.Read(place.In("workload.json"), new Results.OperatingPoint());
                BudgetSweep swept = WorkloadCurves.Sweep(stored, sweep, place.Run.ReadManifest().Plan.Seed, cancellationToken);
                curves = curves with { Sweep = swept with { DisplayName = all.First(task => task.Task == swept.Task).DisplayName } };
            }

            curves = await DrawnAsync(parsed, curves, tasks, budget => RunAnalysis.UniformAsync(place, budget, cancellationToken));
        }

        ImmutableArray<TaskFits> fitted = [.. fits.Tasks.Where(task => tasks.Any(kept => kept.Task == task.Task))];
        RunFiles.WriteFigures(place, fits, new FigureChoice(fitted, curves) { Options = options });
        await output.WriteLineAsync(place.FiguresPath);
        Ending.Next(log, $"calibrate report {place.Path} --open");
        return 0;
    }

    private async Task<DecisionCurves> DrawnAsync(
        ParseResult parsed,
        DecisionCurves curves,
        ImmutableArray<(string Task, string DisplayName)> tasks,
        Func<int, Task<PolicyValue>> uniform)
    {
        DecisionCurves chosen = await _figures.ChosenAsync(parsed, curves, uniform);
        return chosen.Only(tasks.Select(task => task.DisplayName).ToHashSet(StringComparer.Ordinal));
    }
}
