using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Tests.Analysis;
using Calibration.Tests.Fitting;
using MathNet.Numerics.Distributions;

namespace Calibration.Benchmarks;

/// <summary>
/// Time of the one solver for six tasks: the paper's model, S-curves with 750 natural lengths at 16 slots, and the paper's tasks at 4
/// slots.
/// </summary>
internal static class SolverTimes
{
    private const int Lengths = 750;

    /// <param name="args">Repetitions of each solve, 9 by default.</param>
    public static int Run(string[] args)
    {
        int repeats = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 9;
        Workload paper = Paper(0.1, Server.OneAtATime);
        Time("exponential, one at a time, 1e-9", 2000 * repeats, () => AllocationSolver.Solve(paper));
        Time("exponential, one at a time, integers, 1e-9", repeats, () => AllocationSolver.SolveInteger(paper));
        foreach (double rate in new[] { 0.1, 1, 2, 3, 4 })
        {
            foreach (double steepness in new[] { 1.5, 2.5 })
            {
                Workload capped = Capped(rate, steepness, Batching(20, 16));
                string name = FormattableString.Invariant($"Hill s = {steepness}, 750 lengths, 16 slots, λ = {rate}");
                Time(name + ", 1e-6", repeats, () => AllocationSolver.Solve(capped, new SolverOptions(1e-6)));
                Time(name + ", 1e-9", repeats, () => AllocationSolver.Solve(capped));
                Time(name + ", integers, 1e-6", repeats, () => AllocationSolver.SolveInteger(capped, new SolverOptions(1e-6)));
            }
        }

        foreach (double rate in new[] { 1.0, 2, 3 })
        {
            Workload slots = Paper(rate, Server.Shared([1, 1.9, 2.7, 3.4]));
            Time(FormattableString.Invariant($"exponential, 4 slots, λ = {rate}, 1e-9"), repeats, () => AllocationSolver.Solve(slots));
            Time(
                FormattableString.Invariant($"exponential, 4 slots, λ = {rate}, integers, 1e-9"),
                repeats,
                () => AllocationSolver.SolveInteger(slots));
        }

        return 0;
    }

    /// <summary>Speed of an iteration time a + b·n with r = 1 + a/b: n·r/(r − 1 + n).</summary>
    internal static Server Batching(double r, int slots) =>
        Server.Shared([.. Enumerable.Range(1, slots).Select(n => n * r / (r - 1 + n))]);

    private static Workload Paper(double rate, Server server)
    {
        ImmutableArray<TaskModel> tasks =
            [.. SyntheticTask.All.Select((task, k) => new TaskModel(task.Name, 1 / 6.0, task.Truth, DecisionScenario.Lines[k], 32_768))];
        return new Workload(rate, 30, tasks) { Server = server };
    }

    /// <summary>Table I's gains as Hill curves; natural lengths lognormal with σ = 0.7 and medians of 300 and 2,000 tokens.</summary>
    private static Workload Capped(double rate, double steepness, Server server)
    {
        Workload paper = Paper(rate, server);
        ImmutableArray<TaskModel> tasks =
        [
            .. paper.Tasks.Select((task, k) => task with
            {
                Accuracy = SyntheticTask.All[k].Truth is var (a, b, d) ? new HillAccuracy(a, Math.Log(2) / b, steepness, d) : task.Accuracy,
                Natural = new NaturalLengths(Enumerable.Range(0, Lengths).Select(i =>
                    Math.Round((k % 2 == 0 ? 2_000 : 300) * Math.Exp(0.7 * Normal.InvCDF(0, 1, (i + 0.5) / Lengths))))),
            }),
        ];
        return paper with { Tasks = tasks };
    }

    private static void Time(string name, int repeats, Func<ProvedAllocation> solve)
    {
        ProvedAllocation found = solve();
        var times = new List<double>();
        for (int i = 0; i < repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            found = solve();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        string result = FormattableString.Invariant(
            $"{found.Status}, J {found.Performance.Objective:0.000000000}, gap {found.GapBound:0.0e+0}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-58} {times[times.Count / 2],10:0.0000} ms (median; least {times[0]:0.0000}), {found.Nodes,6} nodes, {result}"));
    }
}
