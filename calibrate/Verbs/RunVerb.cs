using System.CommandLine;
using Calibration.Analysis;
using Calibration.Calibrate.Files;
using Calibration.Calibrate.Measuring;
using Calibration.Calibrate.Output;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>run</c>: measure, fit, allocate and draw; <c>measure</c> is its first part.</summary>
internal sealed class RunVerb(TextWriter output, TextWriter log, TimeProvider clock)
{
    private readonly RunOptions _options = new();
    private readonly OperatingPointOptions _point = new();

    internal Command Run()
    {
        var command = new Command("run", "Measure, fit, allocate and draw. The default verb.");
        AddTo(command);
        return command;
    }

    internal Command Measure()
    {
        var command = new Command("measure", "Only measure accuracy and service times, into a new run folder.");
        command.AddAll(_options.All());
        command.SetAction(async (parsed, cancelled) =>
        {
            (RunFolder folder, RunSettings settings) = await MeasureAsync(parsed, point: null, cancelled);
            await output.WriteLineAsync(folder.Path);
            string[] next = settings.Plan.Shard == Shard.Whole
                ? [$"calibrate fit {folder.Path}", $"calibrate allocate {folder.Path}"]
                : [$"calibrate merge {folder.Path} OTHER-PARTS"];
            Ending.Next(log, next);
            return 0;
        });
        return command;
    }

    /// <summary>Gives the command all options of a run, and its action.</summary>
    internal void AddTo(Command command)
    {
        command.AddAll([.. _options.All(), _options.AcceptMissing, _options.Shape, .. _point.All()]);
        command.SetAction(async (parsed, cancelled) =>
        {
            (RunFolder folder, RunSettings settings) = await MeasureAsync(parsed, _point, cancelled);
            RunFits fits = await RunAnalysis.FitAsync(folder, FitRequestOf(settings), cancelled);
            var asked = new AllocationRequest(settings.Point, settings.Plan.Seed, Benchmarks.PaperSweepTask);
            (PointFolder place, RunAllocation? allocation) = await RunAnalysis.AllocateAsync(folder, asked, cancelled);
            await RunFiles.WriteTablesAsync(place, fits, allocation);
            RunFiles.WriteFigures(place, fits, allocation);
            await RunFiles.WriteReportAsync(place, cancelled);
            Summary.Write(output, fits, allocation);
            Ending.Write(output, place, fits, allocation);
            return ExitCodes.Of(fits);
        });
    }

    private static FitRequest FitRequestOf(RunSettings settings) => new()
    {
        AcceptMissing = settings.AcceptMissing,
        Shapes = OptionText.Shapes(settings.Shapes),
    };

    /// <summary>A new run must have a place; of one that has ended nothing is measured.</summary>
    private async Task<(RunFolder Folder, RunSettings Settings)> MeasureAsync(
        ParseResult parsed, OperatingPointOptions? point, CancellationToken cancellationToken)
    {
        Resumption? resumed = Resumption.Read(_options, parsed, clock);
        string root = parsed.GetValue(_options.Out)!;
        var binding = new SettingsBinding(_options, parsed, clock);
        RunSettings settings = resumed?.Settings ?? binding.Bind(point);
        if (resumed is null)
            RunFolder.ThrowIfUnwritable(root);
        var request = new MeasurementRequest(settings, root)
        {
            Resumed = resumed,
            PlanName = binding.PlanName,
            Notes = binding.Notes(),
            Arguments = [.. parsed.Tokens.Select(token => token.Value)],
        };
        return (await new Measurement(request, log, clock).RunAsync(cancellationToken), settings);
    }
}
