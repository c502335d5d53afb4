using System.CommandLine;
using Calibration.Analysis;
using Calibration.Calibrate.Files;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>figures</c>: Fig. 2–4 and the report, drawn from what is fitted and allocated.</summary>
internal sealed class FiguresVerb(TextWriter output)
{
    internal Command Command()
    {
        var run = new Argument<string>("run")
        {
            Description = "A run folder, or the folder of one of its operating points (RUN/points/…).",
        };
        var command = new Command(
            "figures", "Draw Fig. 2–4 and the report of a fitted and allocated run, or of one of its operating points.")
        {
            run,
        };
        command.SetAction(async (parsed, cancelled) =>
        {
            PointFolder place = PointFolder.Open(parsed.GetValue(run)!);
            (RunFits fits, RunAllocation? allocation) = RunAnalysis.Read(place);
            await RunFiles.WriteFiguresAsync(place, fits, allocation, cancelled);
            await output.WriteLineAsync(place.FiguresPath);
            return 0;
        });
        return command;
    }
}
