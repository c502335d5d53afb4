using System.Diagnostics;
using System.Globalization;
using Calibration.Fitting;
using Calibration.Tests.Fitting;
using MathNet.Numerics.Random;

namespace Calibration.Benchmarks;

/// <summary>Time of one fit and of six tasks' bootstraps.</summary>
internal static class FittingTimings
{
    public static int Run()
    {
        AccuracyObservation[][] tasks =
            [.. SyntheticTask.All.Select(t =>
                SyntheticTraces.Draw(t.Truth.At, t.Budgets, 250, 3, 0.5, new Xoshiro256StarStar(7, false)).ToArray())];
        AccuracyCount[][] counts =
        [
            .. tasks.Select(t =>
                t.GroupBy(o => o.BudgetTokens).Select(g => new AccuracyCount(g.Key, g.Count(), g.Count(o => o.Correct))).ToArray()),
        ];
        var plain = new AccuracyFitOptions { CompareRivals = false };
        var least = plain with { Method = FitMethod.WeightedLeastSquares };
        AccuracyBootstrap.Worker[] workers = [.. counts.Select(c => AccuracyBootstrap.Of(c).CreateWorker())];
        Time(
            "start and curve only (one bootstrap fit, draw included)",
            () => workers.Select((w, i) => w.Draw(1, i)).Count(r => r.Curve.A > 0));
        Time("fit of counts, start, errors and intervals included", () => Each(counts, c => AccuracyFitter.Fit(c, plain)));
        Time("the same by weighted least squares", () => Each(counts, c => AccuracyFitter.Fit(c, least)));
        Time("the same (ML) with rival shapes", () => Each(counts, c => AccuracyFitter.Fit(c)));
        Time("fit of 7,500 clustered answers", () => Each(tasks, t => AccuracyFitter.Fit(t, plain)));
        for (int round = 0; round < 3; round++)
        {
            long start = Stopwatch.GetTimestamp();
            foreach (AccuracyObservation[] task in tasks)
                AccuracyBootstrap.Of(task).Run(2000, 1, 2);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"6 x 2,000 bootstrap replicates, 2 threads: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms"));
        }

        Shapes("exponential answers", [.. tasks.Select(task => AccuracyBootstrap.Of(task))]);
        Shapes("Hill answers", [.. SyntheticTask.All.Select(task => AccuracyBootstrap.Of(SyntheticTraces.Nested(
            new HillAccuracy(0.85, Math.Log(2) / task.Truth.B, 2.5, 0.1).At, task.Budgets, 250, 3, 0.6, new Xoshiro256StarStar(7,
            false))))]);
        return 0;
    }

    /// <summary>Every replicate chooses its shape anew.</summary>
    private static void Shapes(string name, AccuracyBootstrap[] bootstraps)
    {
        long start = Stopwatch.GetTimestamp();
        string[] kinds = [.. bootstraps.SelectMany(bootstrap =>
        {
            AccuracyBootstrap.ShapeWorker worker = bootstrap.CreateShapeWorker();
            return Enumerable.Range(0, 2000).Select(i => worker.Draw(1, i).Shape.Name).ToArray();
        })];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"6 x 2,000 replicates that choose their shape, {name}, 1 thread: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms; "
                + $"{string.Join(", ", kinds.CountBy(kind => kind).OrderBy(pair => pair.Key, StringComparer.Ordinal))}"));
    }

    private static int Each<T>(T[][] sets, Func<T[], AccuracyFit> fit)
    {
        foreach (T[] set in sets)
            fit(set);
        return sets.Length;
    }

    private static void Time(string what, Func<int> work)
    {
        for (int i = 0; i < 200; i++)
            work();
        var times = new List<double>();
        for (int i = 0; i < 200; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int count = work();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / count);
        }

        times.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what}: {times[100]:F4} ms (median of 200 rounds over six tasks; quickest {times[0]:F4})"));
    }
}
