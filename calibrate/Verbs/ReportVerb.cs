using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Calibration.Analysis;
using Calibration.Calibrate.Files;
using Calibration.Calibrate.Output;

namespace Calibration.Calibrate.Verbs;

/// <summary><c>report</c>: everything about a run on one page.</summary>
internal sealed class ReportVerb(TextWriter output, TextWriter log)
{
    private readonly Argument<string> _run = new("run")
    {
        Description = "A run folder, or the folder of one of its operating points (RUN/points/…).",
    };

    private readonly Option<bool> _open = new("--open") { Description = "Open the page in the browser." };

    internal Command Command()
    {
        var command = new Command(
            "report",
            "Write report.html of a fitted and allocated run: one page that needs no network, with the answer first. Its sliders show "
            + "the answer for another load, weight or mix.")
        {
            _run, _open,
        };
        command.SetAction(async (parsed, cancelled) =>
        {
            string path = await RunFiles.WriteReportAsync(PointFolder.Open(parsed.GetValue(_run)!), cancelled);
            await output.WriteLineAsync(path);
            if (parsed.GetValue(_open))
                await OpenAsync(path);
            else
                Ending.Next(log, $"calibrate report {parsed.GetValue(_run)} --open");
            return 0;
        });
        return command;
    }

    /// <summary>A machine without a browser is no fault: the page is written.</summary>
    private async Task OpenAsync(string path)
    {
        try
        {
            using Process? browser = Process.Start(new ProcessStartInfo(path) { UseShellExecute = true });
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            await log.WriteLineAsync($"The page could not be opened ({fault.Message}). Open it in a browser: {path}");
        }
    }
}
