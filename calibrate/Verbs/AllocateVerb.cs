using System.CommandLine;
using Calibration.Analysis;
using Calibration.Calibrate.Files;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>allocate</c>: the optimal budgets of a fitted run, or of a workload file.</summary>
internal sealed class AllocateVerb(TextWriter output)
{
    private readonly Argument<string?> _run = RunArguments.OptionalRun();
    private readonly Option<string?> _workload = RunArguments.Workload();
    private readonly Option<bool> _json = RunArguments.Json();
    private readonly OperatingPointOptions _point = new();

    internal Command Command()
    {
        var command = new Command(
            "allocate",
            "Find the optimal budgets of a fitted run (allocation.json, Table I), or of a workload file. The run folder keeps its first "
            + "operating point; others go to RUN/points/.")
        {
            _run, _workload, _json,
        };
        command.AddAll(_point.All());
        command.SetAction((parsed, cancelled) => parsed.GetValue(_workload) is { } file
            ? Task.FromResult(AllocateFile(file, parsed))
            : AllocateRunAsync(parsed, cancelled));
        return command;
    }

    private int AllocateFile(string file, ParseResult parsed)
    {
        OperatingPoint point = _point.Read(parsed);
        if (parsed.GetValue(_run) is not null || parsed.GetValue(_point.Mix) is not null)
            throw new UserFault("--workload brings its own tasks and probabilities: leave the run folder and --mix out.");
        WorkloadReport.Write(WorkloadFile.Read(file, point), parsed.GetValue(_json), output);
        return 0;
    }

    private async Task<int> AllocateRunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        OperatingPoint point = _point.Read(parsed);
        RunFolder folder = RunFolder.Open(
            parsed.GetValue(_run) ?? throw new UserFault("Name a run folder, or a workload with --workload FILE."));
        var asked = new AllocationRequest(point, folder.ReadManifest().Plan.Seed, Benchmarks.PaperSweepTask);
        (PointFolder place, RunAllocation? allocation) = await RunAnalysis.AllocateAsync(folder, asked, cancellationToken);
        RunFits fits = RunAnalysis.ReadFits(folder);
        await RunFiles.WriteTablesAsync(place.Path, fits, allocation);
        if (place.Within.Length > 0)
            await RunFiles.WriteFiguresAsync(place, fits, allocation, cancellationToken);
        if (parsed.GetValue(_json) && allocation is not null)
        {
            await output.WriteLineAsync(await File.ReadAllTextAsync(place.In("allocation.json"), cancellationToken));
            return ExitCodes.Of(fits);
        }

        Summary.Write(output, fits, allocation);
        if (allocation is not null)
            await output.WriteLineAsync($"\nAllocation and tables of this operating point: {place.Path}");
        return ExitCodes.Of(fits);
    }
}
