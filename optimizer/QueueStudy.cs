using System.Collections.Immutable;
using Calibration.Optimizer.Queueing;
using MathNet.Numerics.Distributions;

namespace Calibration.Optimizer;

/// <summary>How much of a queue is simulated, and by which draws.</summary>
public sealed record SimulationOptions
{
    /// <summary>The paper's 10,000 queries in 200 replications.</summary>
    public static SimulationOptions Default { get; } = new();

    /// <summary>Queries of each replication that count, at least 1.</summary>
    public int Queries { get; init; } = 10_000;

    /// <summary>Independent replications, at least 2.</summary>
    public int Replications { get; init; } = 200;

    /// <summary>Queries before those, which do not count; null for <see cref="QueueStudy.WarmUpFor"/>.</summary>
    public int? WarmUp { get; init; }

    /// <summary>Seed of all draws. Replication i depends on the seed and i only, whatever the threads.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; null for all processors.</summary>
    public int? Threads { get; init; }
}

/// <summary>Independent replications of the queue, summarised with confidence intervals and compared with the formulas.</summary>
public static class QueueStudy
{
    private const double Level = 0.95;

    /// <summary>Simulates the queue at an allocation.</summary>
    /// <param name="workload">The workload; a service variance makes service times lognormal, natural lengths draw min(X, ℓ).</param>
    /// <param name="budgets">The allocation, which must be stable.</param>
    /// <param name="options">How much is simulated; the defaults where null.</param>
    /// <param name="measurements">Measured answers and service times to draw from.</param>
    /// <param name="cancellationToken">Ends the study between two replications.</param>
    /// <exception cref="ArgumentException">The allocation is not stable, so there is no mean to estimate.</exception>
    public static QueueReport Run(
        Workload workload,
        ReadOnlySpan<double> budgets,
        SimulationOptions? options = null,
        QueueMeasurements? measurements = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var plan = new QueuePlan(workload, budgets, measurements, ServiceLaw.Model);
        return Run(plan, options ?? SimulationOptions.Default, cancellationToken);
    }

    /// <summary>
    /// The default warm-up: 10 (λ/φ(m))²E[S²]/(1 − ρ)² queries, and 10 per slot beyond the first, at least 100. It is about five relaxation
    /// times of the M/G/1 queue in heavy traffic, after which less than 1 % of the empty start's bias is left.
    /// </summary>
    public static int WarmUpFor(Performance performance) => QueuePlan.WarmUpFor(performance);

    internal static QueueReport Run(QueuePlan plan, SimulationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Queries, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Replications, 2, nameof(options));
        if (!plan.Predicted.IsStable)
            throw new ArgumentException(FormattableString.Invariant($"The allocation is not stable: ρ = {plan.Predicted.Utilization:G4}."));
        int warmUp = options.WarmUp ?? WarmUpFor(plan.Predicted), tasks = plan.Seconds.Length, replications = options.Replications;
        var all = new Replication(options.Queries, warmUp, unchecked((ulong)options.Seed));
        var outcomes = new SimulatedOutcome[replications];
        var taskMeans = new double?[tasks, replications];
        var histogram = new TimeHistogram(tasks);
        int workers = Math.Clamp(options.Threads ?? Environment.ProcessorCount, 1, replications);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        Parallel.For(0, workers, parallel, worker =>
        {
            var tally = new QueueTally(tasks);
            for (int i = worker; i < replications; i += workers)
            {
                cancellationToken.ThrowIfCancellationRequested();
                outcomes[i] = QueueSimulation.Run(plan, all with { Stream = (ulong)i }, tally);
                for (int k = 0; k < tasks; k++)
                    taskMeans[k, i] = tally.Served[k] > 0 ? tally.SystemTimes[k] / tally.Served[k] : null;
            }

            lock (histogram)
                histogram.Add(tally.Histogram);
        });
        return new QueueReport
        {
            Queries = options.Queries,
            WarmUp = warmUp,
            Replications = replications,
            Level = Level,
            WaitSeconds = MeanOf([.. outcomes.Select(outcome => outcome.MeanWaitSeconds)]),
            SystemTimeSeconds = MeanOf([.. outcomes.Select(outcome => outcome.MeanSystemTimeSeconds)]),
            Utilization = RatioOf(outcomes, plan.Server.FullSpeed),
            Accuracy = MeanOf([.. outcomes.Select(outcome => outcome.Accuracy)]),
            Predicted = plan.Predicted,
            Outcomes = [.. outcomes],
            Tasks = [.. Enumerable.Range(0, tasks).Select(k => TaskOf(plan, k, taskMeans, histogram))],
        };
    }

    private static TaskQueueReport TaskOf(QueuePlan plan, int k, double?[,] means, TimeHistogram histogram)
    {
        ImmutableArray<double?> values = [.. Enumerable.Range(0, means.GetLength(1)).Select(i => means[k, i])];
        double stretch = plan.Server.IsOneAtATime ? 1 : plan.Predicted.MeanTimeInServiceSeconds / plan.Predicted.MeanServiceSeconds;
        return new TaskQueueReport(
            plan.Held.Tasks[k].Task,
            values.All(value => value is not null) ? MeanOf([.. values.Select(value => value!.Value)]) : null,
            plan.Predicted.MeanWaitSeconds + (plan.Seconds[k] * stretch),
            histogram.Percentile(k, 0.5),
            histogram.Percentile(k, 0.95),
            histogram.Percentile(k, 0.99));
    }

    /// <summary>Work per second and speed: the ratio of the sums, with the interval of its linear approximation.</summary>
    private static SimulatedMean RatioOf(SimulatedOutcome[] outcomes, double speed)
    {
        double time = outcomes.Average(outcome => outcome.ArrivalSeconds);
        double ratio = outcomes.Average(outcome => outcome.ServiceSeconds) / time;
        SimulatedMean residual = MeanOf(
            [.. outcomes.Select(outcome => (outcome.ServiceSeconds - (ratio * outcome.ArrivalSeconds)) / time)]);
        double width = (residual.High - residual.Low) / 2;
        return new SimulatedMean(ratio / speed, (ratio - width) / speed, (ratio + width) / speed, residual.StandardError / speed);
    }

    private static SimulatedMean MeanOf(double[] values)
    {
        double mean = values.Average();
        double error = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length);
        double width = StudentT.InvCDF(0, 1, values.Length - 1, 0.5 + (Level / 2)) * error;
        return new SimulatedMean(mean, mean - width, mean + width, error);
    }
}
