using System.Collections.Immutable;
using MathNet.Numerics.Random;

namespace Calibration.Optimizer;

/// <summary>What one simulated queue showed.</summary>
/// <param name="MeanWaitSeconds">Mean wait of all queries after the warm-up.</param>
/// <param name="MeanSystemTimeSeconds">Mean wait and service of the same queries.</param>
/// <param name="Accuracy">Share of right answers.</param>
/// <param name="Utilization">Share of the time in which the server worked.</param>
public readonly record struct SimulatedOutcome(double MeanWaitSeconds, double MeanSystemTimeSeconds, double Accuracy, double Utilization);

/// <summary>A FIFO queue at one server, by Lindley's recursion W' = max(0, W + S − X).</summary>
public static class QueueSimulation
{
    /// <summary>Simulates a stream of queries from an empty system.</summary>
    /// <param name="workload">Arrivals, mixture, accuracies and service times.</param>
    /// <param name="budgets">The allocation.</param>
    /// <param name="queries">Queries that count.</param>
    /// <param name="warmUp">Queries before those, which do not.</param>
    /// <param name="seed">Seed of all draws.</param>
    public static SimulatedOutcome Run(Workload workload, ReadOnlySpan<double> budgets, int queries, int warmUp, int seed)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        var random = new Xoshiro256StarStar(seed, threadSafe: false);
        ImmutableArray<TaskModel> tasks = workload.Tasks;
        var upTo = new double[tasks.Length];
        var seconds = new double[tasks.Length];
        var deviation = new double[tasks.Length];
        var accuracy = new double[tasks.Length];
        double mass = 0;
        for (int k = 0; k < tasks.Length; k++)
        {
            upTo[k] = mass += tasks[k].Probability;
            seconds[k] = tasks[k].Service.At(budgets[k]);
            deviation[k] = Math.Sqrt(tasks[k].ServiceVariance);
            accuracy[k] = tasks[k].Accuracy.At(budgets[k]);
        }

        double wait = 0, waits = 0, services = 0, arrivals = 0;
        long right = 0;
        for (long query = -warmUp; query < queries; query++)
        {
            int k = TypeOf(random.NextDouble() * mass, upTo);
            double service = deviation[k] > 0 ? Math.Max(0, seconds[k] + (deviation[k] * Normal(random))) : seconds[k];
            double gap = -Math.Log(1 - random.NextDouble()) / workload.ArrivalRatePerSecond;
            if (query >= 0)
            {
                waits += wait;
                services += service;
                arrivals += gap;
                right += random.NextDouble() < accuracy[k] ? 1 : 0;
            }

            wait = Math.Max(0, wait + service - gap);
        }

        return new SimulatedOutcome(waits / queries, (waits + services) / queries, right / (double)queries, services / arrivals);
    }

    private static int TypeOf(double draw, double[] upTo)
    {
        int k = 0;
        while (k < upTo.Length - 1 && draw >= upTo[k])
            k++;
        return k;
    }

    private static double Normal(Xoshiro256StarStar random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
