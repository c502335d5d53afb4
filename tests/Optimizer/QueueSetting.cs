using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;
using MathNet.Numerics.Random;

namespace Calibration.Tests.Optimizer;

/// <summary>A random server and law of service times at a given load, to hold the formula of E[T] against a simulation.</summary>
/// <param name="Law">The law of the service times, in words.</param>
/// <param name="Load">Work that arrives per second, as a share of φ(m).</param>
/// <param name="Tolerance">Largest allowed relative error of the formula at that load, without the simulation's own error.</param>
/// <param name="Workload">The tasks, the server and the arrival rate; every budget is <see cref="Budget"/>.</param>
internal sealed record QueueSetting(string Law, double Load, double Tolerance, Workload Workload)
{
    internal const double Budget = 1e9;

    private const int MostSlots = 64;
    private const int LengthsPerLaw = 2_000;

    private static readonly (double Load, double Tolerance)[] Loads = [(0.3, 0.005), (0.6, 0.016), (0.8, 0.034), (0.9, 0.06), (0.95, 0.08)];

    /// <summary>Service times of the paper's tasks at its allocation (0, 341, 0, 0, 346, 30), in seconds.</summary>
    private static readonly double[] PaperSeconds =
        [0.1380, 0.1459 + (0.0141 * 341), 0.1674, 0.0176, 0.2073 + (0.0127 * 346), 0.0581 + (0.0119 * 30)];

    /// <summary>How the simulation differs from the formula.</summary>
    /// <param name="Error">(E[T] by the formula)/(mean system time simulated) − 1.</param>
    /// <param name="StandardError">Relative standard error of the simulated mean.</param>
    internal readonly record struct Comparison(double Error, double StandardError);

    internal bool IsWithin(Comparison at) => Math.Abs(at.Error) <= Tolerance + (2 * at.StandardError);

    /// <summary>The setting of a number: loads take turns, all else is random.</summary>
    internal static QueueSetting Draw(int number)
    {
        var random = new Xoshiro256StarStar(41_000 + number, false);
        (double load, double tolerance) = Loads[number % Loads.Length];
        Server server = DrawServer(random);
        (string law, ImmutableArray<TaskModel> tasks) = DrawLaw(random);
        double mean = tasks.Sum(task => task.Probability * task.ServiceAt(Budget).Mean);
        return new QueueSetting(law, load, tolerance, new Workload(load * server.FullSpeed / mean, 1, tasks) { Server = server });
    }

    internal Comparison Simulate(int queriesPerReplication, int replications, int threads)
    {
        double[] budgets = [.. Workload.Tasks.Select(_ => Budget)];
        QueueReport report = QueueStudy.Run(
            Workload,
            budgets,
            new SimulationOptions { Queries = queriesPerReplication, Replications = replications, Seed = 5, Threads = threads });
        SimulatedMean simulated = report.SystemTimeSeconds;
        return new Comparison((Workload.At(budgets).MeanSystemTimeSeconds / simulated.Mean) - 1, simulated.StandardError / simulated.Mean);
    }

    /// <summary>1 to 64 slots in equal ratios, and a concave speed: an iteration time a + b·n, random increments, or replicas.</summary>
    private static Server DrawServer(Xoshiro256StarStar random)
    {
        int slots = (int)Math.Floor(RandomWorkload.Log(random, 1, MostSlots + 0.999));
        double kind = random.NextDouble();
        if (kind < 0.15)
            return Server.Replicas(slots);
        if (kind < 0.55)
        {
            double r = RandomWorkload.Log(random, 1, 50);
            return Server.Shared([.. Enumerable.Range(1, slots).Select(n => n * r / (r - 1 + n))]);
        }

        double power = RandomWorkload.Log(random, 0.3, 5), speed = 1;
        double[] increments = [.. Enumerable.Range(1, slots - 1).Select(_ => Math.Pow(random.NextDouble(), power)).OrderDescending()];
        return Server.Shared([1, .. increments.Select(increment => speed += increment)]);
    }

    private static (string Law, ImmutableArray<TaskModel> Tasks) DrawLaw(Xoshiro256StarStar random)
    {
        double mean = RandomWorkload.Log(random, 0.1, 10);
        switch (random.Next(6))
        {
            case 0:
                return ("constant", [Constant("t0", 1, mean)]);
            case 1:
                return ("exponential", [Capped("t0", 1, new ServiceTimeLine(0, mean), u => -Math.Log(1 - u))]);
            case 2:
                // Two values with a squared coefficient of variation of 8: 1/9 of the queries take 9 times the mean, the others about none.
                return ("two-point, C² = 8", [Constant("t0", 8 / 9.0, mean * 1e-6), Constant("t1", 1 / 9.0, mean * 9)]);
            case 3:
                return ("the paper's tasks", [.. PaperSeconds.Select((seconds, k) => Constant("t" + k, 1 / 6.0, seconds))]);
            case 4:
                double square = RandomWorkload.Log(random, 0.05, 4);
                TaskModel lognormal = Constant("t0", 1, mean) with { ServiceVariance = square * mean * mean };
                return (FormattableString.Invariant($"lognormal, C² = {square:0.00}"), [lognormal]);
            default:
                double share = 0.1 + (0.8 * random.NextDouble()), second = RandomWorkload.Log(random, 0.1, 10);
                return ("two capped tasks", [
                    Capped("t0", share, new ServiceTimeLine(0.1 * mean, mean), u => Math.Min(1.5, -Math.Log(1 - u))),
                    Capped("t1", 1 - share, new ServiceTimeLine(0.1 * mean, second * mean), u => u),
                ]);
        }
    }

    private static TaskModel Constant(string name, double share, double seconds) => TaskModel.Held(name, share, 0.5, seconds);

    /// <summary>A task whose thinking is drawn from equally likely quantiles.</summary>
    private static TaskModel Capped(string name, double share, ServiceTimeLine line, Func<double, double> quantile) =>
        new(name, share, new ExponentialAccuracy(0, 1, 0.5), line, Budget)
        {
            Natural = new NaturalLengths([.. Enumerable.Range(0, LengthsPerLaw).Select(i => quantile((i + 0.5) / LengthsPerLaw))]),
        };
}
