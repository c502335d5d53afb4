namespace Calibration.Optimizer;

/// <summary>What a replication counts by task; the histogram goes on over replications.</summary>
internal sealed class QueueTally(int tasks)
{
    internal double[] SystemTimes { get; } = new double[tasks];

    internal long[] Served { get; } = new long[tasks];

    internal TimeHistogram Histogram { get; } = new(tasks);

    internal void Clear()
    {
        Array.Clear(SystemTimes);
        Array.Clear(Served);
    }
}
