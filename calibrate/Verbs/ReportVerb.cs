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
    private static readonly TimeSpan OpeningTime = TimeSpan.FromSeconds(3);

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
            // On Linux xdg-open tries many browsers, and each says that it is not there; the shell lets the found one live on.
            using Process? browser = Process.Start(OperatingSystem.IsLinux()
                ? new ProcessStartInfo("/bin/sh", ["-c", "exec xdg-open \"$0\" > /dev/null 2>&1", path])
                : new ProcessStartInfo(path) { UseShellExecute = true });
            if (OperatingSystem.IsLinux() && browser!.WaitForExit(OpeningTime) && browser.ExitCode != 0)
                await log.WriteLineAsync($"No browser was found. Open the page in one: {path}");
        }
        catch (Exception fault) when (fault is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            await log.WriteLineAsync($"The page could not be opened ({fault.Message}). Open it in a browser: {path}");
        }
    }
}
