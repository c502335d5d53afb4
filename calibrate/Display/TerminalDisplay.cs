using System.Globalization;
using Calibration.Harness;
using Calibration.Report.Tables;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Calibration.Calibrate.Display;

/// <summary>
/// A measurement in a terminal, drawn anew twice a second: a row per task, and below what passes between client and server.
/// </summary>
internal sealed class TerminalDisplay(IAnsiConsole console, MeasuringState state, TimeProvider clock)
{
    private const int BarWidth = 12;

    private static readonly TimeSpan BetweenFrames = TimeSpan.FromSeconds(0.5);

    /// <summary>Draws until the measuring ends, in whatever way; the last frame stays.</summary>
    internal Task ShowAsync(Task measuring) => console.Live(Frame(state.Snapshot())).StartAsync(async live =>
    {
        while (!measuring.IsCompleted)
        {
            live.UpdateTarget(Frame(state.Snapshot()));
            await Task.WhenAny(measuring, Task.Delay(BetweenFrames, clock));
        }

        live.UpdateTarget(Frame(state.Snapshot()));
    });

    /// <summary>What is drawn.</summary>
    internal static IRenderable Frame(MeasuringSnapshot now)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true, Expand = false };
        table.AddColumn(Header("task"));
        table.AddColumn(Header("trials"));
        table.AddColumn(Header("accuracy by budget"));
        table.AddColumn(Header("excluded"));
        foreach (TaskState task in now.Tasks)
        {
            double share = task.Total == 0 ? 0 : (double)task.Done / task.Total;
            table.AddRow(
                new Text(task.Task),
                new Text($"{Bar(share)} {Percent(share)}"),
                new Markup($"[cyan]{task.Sparkline}[/] {Markup.Escape(task.AccuracyWords)}"),
                new Text(task.ExcludedWords.Length > 0 ? task.ExcludedWords : "none"));
        }

        return new Rows(new Text(PassLine(now)), table, new Text(TrafficLine(now)), new Text(NoticeLine(now)));
    }

    private static string PassLine(MeasuringSnapshot now) => now.Pass.Name.Length == 0
        ? "Starting."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{now.Pass.Name} pass {Bar(now.Pass.Share)} {Percent(now.Pass.Share)}  {now.Pass.Done:N0} of {now.Pass.Total:N0}"
                + $"{(now.Pass.LeftWords.Length > 0 ? "  " + now.Pass.LeftWords : "")}");

    private static string TrafficLine(MeasuringSnapshot now)
    {
        EndpointTraffic traffic = now.Traffic;
        string rate = now.TokensPerSecond is { } tokens
            ? string.Create(CultureInfo.InvariantCulture, $", {tokens:N0} thinking tokens/s")
            : "";
        string resent = traffic.Resent > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {traffic.Resent:N0} sent again")
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{DurationText.Of(now.Elapsed)} so far{rate}, {now.RequestWords}{resent}");
    }

    private static string NoticeLine(MeasuringSnapshot now) => now.Notice is { } notice
        ? $"server, {DurationText.Of(now.Elapsed - notice.At)} ago: {notice.Text}"
        : now.ResentWords.Length > 0 ? $"server: a request was sent again, last because {now.ResentWords}" : "server: nothing to report";

    private static string Bar(double share)
    {
        // A failed trial that is tried again counts twice.
        int full = (int)Math.Round(Math.Clamp(share, 0, 1) * BarWidth);
        return new string('█', full) + new string('░', BarWidth - full);
    }

    private static string Percent(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(100 * Math.Clamp(share, 0, 1)),3:0} %");

    private static TableColumn Header(string words) => new TableColumn(new Markup($"[grey]{words}[/]")).NoWrap();
}
