using MathNet.Numerics.Distributions;

namespace Calibration.Optimizer.Queueing;

/// <summary>A percentile of all queries' system times by simulation of the very queue, with an interval over independent batches.</summary>
public static class QueuePercentile
{
    private const int Batches = 20;

    /// <summary>Simulates it.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="budgets">The allocation, which must be stable.</param>
    /// <param name="share">Share of the queries, such as 0.95.</param>
    /// <param name="queries">Queries of all batches together; there are 20.</param>
    /// <returns>The mean of the batches' percentiles with its 95 % interval, in seconds.</returns>
    public static SimulatedMean Of(Workload workload, ReadOnlySpan<double> budgets, double share, int queries = 2_000_000)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var plan = new QueuePlan(workload, budgets, null, ServiceLaw.Model);
        if (!plan.Predicted.IsStable)
            return new SimulatedMean(double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity);
        var all = new Replication(Math.Max(1, queries / Batches), plan.WarmUp, Seed: 1);
        var values = new double[Batches];
        Parallel.For(0, Batches, batch =>
        {
            var tally = new QueueTally(plan.Seconds.Length);
            QueueSimulation.Run(plan, all with { Stream = (ulong)batch }, tally);
            values[batch] = tally.Histogram.Percentile(share)!.Value;
        });
        double mean = values.Average();
        double error = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (Batches - 1) / Batches);
        double width = StudentT.InvCDF(0, 1, Batches - 1, 0.975) * error;
        return new SimulatedMean(mean, mean - width, mean + width, error);
    }
}
