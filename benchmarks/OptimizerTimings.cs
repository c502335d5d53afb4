using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Calibration.Analysis;
using Calibration.Analysis.Policies;
using Calibration.Analysis.Uncertainty;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Solving;
using Calibration.Tests.Fitting;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Calibration.Benchmarks;

/// <summary>Time of the solver by the number of tasks, of the queue on one thread, and of the bootstrap through to the decision.</summary>
internal static class OptimizerTimings
{
    private static readonly ServiceTimeLine[] Lines =
    [
        new(0.138, 0.012), new(0.1459, 0.0141), new(0.1674, 0.0126), new(0.0176, 0.0124), new(0.2073, 0.0127), new(0.0581, 0.0119),
    ];

    public static int Solver()
    {
        foreach (int n in (int[])[6, 100, 1_000, 10_000, 100_000, 1_000_000])
        {
            Workload workload = Paper(n);
            int repeats = Math.Max(3, 2_000_000 / n / 20), steps = 0;
            var times = new List<double>();
            long allocated = 0;
            for (int i = 0; i < repeats + Math.Min(repeats, 2_000); i++)
            {
                long bytes = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
                steps = NewtonSolver.Solve(workload).Steps;
                times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
            }

            double[] late = [.. times.Skip(times.Count / 2).Order()];
            Print($"N = {n,9:N0}: {late[late.Length / 2],12:F2} µs (median), {steps} steps, {allocated / n} bytes a task");
        }

        return 0;
    }

    public static int Simulation()
    {
        Workload workload = Paper(6);
        double[] budgets = [0, 341, 0, 0, 346, 30];
        foreach ((string name, Workload at) in ((string, Workload)[])
        [
            ("constant service", workload),
            ("lognormal service", workload with { Tasks = [.. workload.Tasks.Select(task => task with { ServiceVariance = 0.01 })] }),
        ])
        {
            for (int round = 0; round < 3; round++)
            {
                long start = Stopwatch.GetTimestamp();
                QueueStudy.Run(
                    at, budgets, new SimulationOptions { Queries = 1_000_000, Replications = 50, WarmUp = 0, Seed = round, Threads = 1 });
                Print($"six tasks, {name}, one thread: {50 / Stopwatch.GetElapsedTime(start).TotalSeconds:F1} M queries/s");
            }
        }

        return 0;
    }

    public static int Decision()
    {
        Bootstrap("exponential, one at a time", 0.1, Server.OneAtATime, task => task.Truth.At);
        Bootstrap("Hill, caps, 16 slots", 2, SolverTimes.Batching(20, 16), task => HillOf(task.Truth).At);
        return 0;
    }

    private static HillAccuracy HillOf(ExponentialAccuracy truth) => new(truth.A, Math.Log(2) / truth.B, 1.5, truth.D);

    /// <summary>Six tasks of 250 problems in 3 runs; where the server has slots, under caps with lognormal natural lengths.</summary>
    private static void Bootstrap(string name, double rate, Server server, Func<SyntheticTask, Func<double, double>> truth)
    {
        var random = new Xoshiro256StarStar(7, false);
        ImmutableArray<DecisionTask> tasks =
        [
            .. SyntheticTask.All.Select((task, k) =>
            {
                List<ServiceObservation> times = SyntheticServices.Draw(Lines[k], task.Largest, 10, 0.02, 0.01, 0.005, random);
                ServiceTimeFit service = ServiceTimeFitter.Fit(times);
                List<AccuracyObservation> answers = SyntheticTraces.Draw(truth(task), task.Budgets, 250, 3, 0.5, random);
                ImmutableArray<ImmutableArray<int>> lengths = server.IsOneAtATime ? [] : LengthsOf(task, random);
                ShapeChoice choice = AccuracyShapeFitter.Choose(answers);
                var model = new TaskModel(task.Name, 1 / 6.0, choice.Shape, service.Line!, 32_768)
                {
                    Natural = lengths.IsEmpty ? null : new NaturalLengths(lengths.SelectMany(problem => problem).Select(l => (double)l)),
                };
                if (model.Natural is { } natural)
                    model = model with { MaxBudgetTokens = Math.Min(task.Largest, natural.Longest) };
                var points = (PointAccuracy)AccuracyShapeFitter.Choose(answers, ShapeKind.Points).Shape;
                return new DecisionTask(model, model with { Accuracy = points, MaxBudgetTokens = points.LargestBudget })
                {
                    Answers = AccuracyBootstrap.Of(answers),
                    ServiceTimes = [.. times],
                    ServiceFit = service,
                    Lengths = lengths,
                    LargestBudget = lengths.IsEmpty ? 32_768 : task.Largest,
                };
            }),
        ];
        string shapes = string.Join(", ", tasks.Select(task => task.Model.Accuracy.Name));
        Print($"{name}: shapes {shapes}");
        for (int round = 0; round < 3; round++)
        {
            long start = Stopwatch.GetTimestamp();
            var decided = new Workload(rate, 30, [.. tasks.Select(task => task.Model)]) { Server = server };
            var measured = new Workload(rate, 30, [.. tasks.Select(task => task.Measured)]) { Server = server };
            var bootstrap = new DecisionBootstrap(
                new SolvedWorkload(decided, AllocationSolver.Solve(decided), UniformPolicy.Best(decided)),
                new SolvedWorkload(measured, AllocationSolver.Solve(measured)),
                tasks)
            {
                Threads = 2,
            };
            DecisionReport report = bootstrap.Run(1)!;
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Print($"  2,000 replicates with choice of shape and two optimisations each, 2 threads: {seconds:F1} s");
            Interval j = report.Objective.Interval;
            Print($"  J {j.Low:F3} to {j.High:F3}, optimism {report.Objective.Optimism:F3}");
        }
    }

    /// <summary>Three lengths of each of 250 problems, lognormal around an eighth of the largest budget.</summary>
    private static ImmutableArray<ImmutableArray<int>> LengthsOf(SyntheticTask task, Xoshiro256StarStar random) =>
    [
        .. Enumerable.Range(0, 250).Select(_ => ImmutableArray.CreateRange(Enumerable.Range(0, 3).Select(_ =>
            (int)Math.Min(task.Largest, task.Largest / 8.0 * Math.Exp(0.7 * Normal.Sample(random, 0, 1)))))),
    ];

    internal static Workload Paper(int n) =>
        new(
            0.1,
            30,
            [.. Enumerable.Range(0, n).Select(k => new TaskModel("t" + k, 1.0 / n, SyntheticTask.All[k % 6].Truth, Lines[k % 6], 32_768))]);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
