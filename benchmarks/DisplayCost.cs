using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Calibration.Calibrate.Display;
using Calibration.Datasets;
using Calibration.Harness;
using Calibration.Results;
using Spectre.Console;

namespace Calibration.Benchmarks;

/// <summary>What the display of a running measurement costs: a finished row, and a frame of six tasks with ten budgets.</summary>
internal static class DisplayCost
{
    private const int Rows = 1_000_000;
    private const int Frames = 2_000;
    private const double FramesPerSecond = 2;

    internal static int Run()
    {
        ImmutableArray<int> budgets = [0, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
        var problem = new Problem
        {
            Task = "",
            Id = "p",
            Prompt = "",
            Kind = AnswerKind.Number,
            Gold = ["1"],
            AnswerCue = "",
            AnswerTokenLimit = 8,
        };
        string[] tasks = ["aime", "gsm8k", "gpqa", "cruxeval", "bbh", "arc"];
        var plan = new ExperimentPlan(
            new RunPlan(), [.. tasks.Select(task => new TaskPlan(new TaskFacts(task, task, budgets, 1, []), [problem]))]);
        var state = new MeasuringState(plan, TimeProvider.System);
        double row = SecondsOf(Rows, i => state.Report(new MeasuringProgress("accuracy", i, Rows, i, 0, new EndpointTraffic(64, 64, 0, 0))
        {
            Row = new FinishedRow(tasks[i % 6], budgets[i / 6 % 10], TrialStatus.Ok, i % 3 == 0),
        }));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        console.Profile.Width = 140;
        double frame = SecondsOf(Frames, _ => console.Write(TerminalDisplay.Frame(state.Snapshot())));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{1e6 * row:0.00} µs per finished row, {1e3 * frame:0.00} ms per frame; at {FramesPerSecond:0} frames/s the frames take "
                + $"{100 * FramesPerSecond * frame:0.00} % of one processor"));
        return 0;
    }

    private static double SecondsOf(int times, Action<int> work)
    {
        for (int i = 0; i < times / 10; i++)
            work(i);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++)
            work(i);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / times;
    }
}
