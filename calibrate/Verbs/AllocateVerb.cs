using System.CommandLine;
using System.Text.Json;
using Calibration.Analysis;
using Calibration.Calibrate.Files;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Optimizer;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>allocate</c>: the optimal budgets of a fitted run, or of a workload file.</summary>
internal sealed class AllocateVerb(TextWriter output, TextWriter log)
{
    private readonly Argument<string?> _run = RunArguments.OptionalRun();
    private readonly Option<string?> _workload = RunArguments.Workload();
    private readonly Option<bool> _json = RunArguments.Json();
    private readonly OperatingPointOptions _point = new();
    private readonly WishOptions _wish = new();

    private readonly Option<string?> _server = new("--server-speed")
    {
        Description =
            "The server, as JSON: {\"speed\": [φ(1), …, φ(m)]} for m slots that share a speed, or {\"replicas\": N}. Default: one query at "
                + "a "
            + "time, as in the paper.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _at = new("--at")
    {
        Description =
            "Write nothing, and print J, accuracy and time at these budgets, with intervals: gsm8k=341,bbh=346. A task that is not named "
            + "has its best budget.",
        HelpName = "BUDGETS",
    };

    private readonly Option<string?> _policy = new("--policy")
    {
        Description = "Also write ℓ*(λ), integer budgets by arrival rate, as CSV or JSON by the file's name.",
        HelpName = "FILE",
    };

    internal Command Command()
    {
        var command = new Command(
            "allocate",
            "Find the optimal budgets of a fitted run (allocation.json, workload.json, Table I), or of a workload file. The run folder "
            + "keeps its first operating point; others go to RUN/points/.")
        {
            _run, _workload, _json, _server, _policy, _at,
        };
        command.AddAll([.. _point.All(), .. _wish.All()]);
        command.SetAction((parsed, cancelled) => parsed.GetValue(_workload) is { } file
            ? AllocateFileAsync(file, parsed)
            : AllocateRunAsync(parsed, cancelled));
        return command;
    }

    private async Task<int> AllocateFileAsync(string file, ParseResult parsed)
    {
        if (parsed.GetValue(_run) is not null || parsed.GetValue(_point.Mix) is not null)
            throw new UserFault("--workload brings its own tasks and probabilities: leave the run folder and --mix out.");
        if (parsed.GetValue(_at) is not null)
            throw new UserFault("--at needs a run folder: a workload file has no answers to draw intervals from.");
        Workload read = WorkloadFile.Read(file, _point.Read(parsed));
        Workload workload = parsed.GetValue(_server) is { } server ? read with { Server = WorkloadFile.ReadServer(server) } : read;
        if (_wish.IsGiven(parsed, _point))
        {
            (double weight, string found) = _wish.Resolve(parsed, workload);
            workload = workload with { AccuracyWeightSeconds = weight };
            await log.WriteLineAsync(found);
        }

        WorkloadReport.Write(workload, parsed.GetValue(_json), output);
        await WritePolicyAsync(parsed, workload);
        return 0;
    }

    private async Task<int> AllocateRunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        OperatingPoint point = _point.Read(parsed);
        bool isWish = _wish.IsGiven(parsed, _point);
        RunFolder folder = RunFolder.Open(
            parsed.GetValue(_run) ?? throw new UserFault("Name a run folder, or a workload with --workload FILE."));
        var asked = new AllocationRequest(point, folder.ReadManifest().Plan.Seed, Benchmarks.PaperSweepTask)
        {
            Server = parsed.GetValue(_server) is { } server ? WorkloadFile.ReadServer(server) : Server.OneAtATime,
        };
        if (isWish)
        {
            Workload workload = await RunAnalysis.WorkloadAsync(folder, asked, cancellationToken);
            (double weight, string found) = _wish.Resolve(parsed, workload);
            asked = asked with { Point = point with { AccuracyWeightS = weight } };
            await log.WriteLineAsync(found);
        }

        if (parsed.GetValue(_at) is { } at)
        {
            if (parsed.GetValue(_policy) is not null)
                throw new UserFault("--policy has no effect with --at, which writes nothing: leave one of them out.");
            AllocationValue value = await RunAnalysis.ValueAsync(folder, asked, OptionText.At(at), cancellationToken);
            await output.WriteLineAsync(
                parsed.GetValue(_json) ? JsonSerializer.Serialize(value, ResultsJson.Document) : AllocationValueText.Of(value));
            return 0;
        }

        (PointFolder place, RunAllocation? allocation) = await RunAnalysis.AllocateAsync(folder, asked, cancellationToken);
        RunFits fits = RunAnalysis.ReadFits(folder);
        await RunFiles.WriteTablesAsync(place, fits, allocation);
        if (place.Within.Length > 0)
            RunFiles.WriteFigures(place, fits, allocation);
        await RunFiles.WriteReportAsync(place, cancellationToken);
        if (allocation is not null)
            await WritePolicyAsync(parsed, WorkloadFile.Read(place.In("workload.json"), point));
        if (parsed.GetValue(_json) && allocation is not null)
        {
            await output.WriteAsync(await File.ReadAllTextAsync(place.In("allocation.json"), cancellationToken));
            return ExitCodes.Of(fits);
        }

        Summary.Write(output, fits, allocation);
        Ending.Write(output, place, fits, allocation);
        return ExitCodes.Of(fits);
    }

    private async Task WritePolicyAsync(ParseResult parsed, Workload workload)
    {
        if (parsed.GetValue(_policy) is not { } file)
            return;
        await PolicyFile.WriteAsync(file, workload);
        await log.WriteLineAsync($"Policy: {file}");
    }
}
