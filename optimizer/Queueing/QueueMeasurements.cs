using System.Collections.Immutable;

namespace Calibration.Optimizer.Queueing;

/// <summary>What was measured at the simulated allocation, to draw from instead of the model.</summary>
public sealed record QueueMeasurements
{
    /// <summary>
    /// A task's graded answers at its budget, in the tasks' order; a query's answer is drawn from them with replacement. Empty
    /// for a task without any: its curve decides.
    /// </summary>
    public ImmutableArray<ImmutableArray<bool>> Outcomes { get; init; } = [];

    /// <summary>
    /// A task's measured service times at its budget, in seconds, drawn from with replacement. Empty for a task without
    /// any: its line and its variance decide.
    /// </summary>
    public ImmutableArray<ImmutableArray<double>> ServiceSeconds { get; init; } = [];

    internal TaskMeasurements At(int task) => new(Of(Outcomes, task), Of(ServiceSeconds, task));

    private static ImmutableArray<T> Of<T>(ImmutableArray<ImmutableArray<T>> all, int task) => all.IsDefaultOrEmpty ? [] : all[task];
}

/// <summary>What was measured of one task; default or empty where nothing was.</summary>
/// <param name="Outcomes">Graded answers.</param>
/// <param name="ServiceSeconds">Service times in seconds.</param>
internal readonly record struct TaskMeasurements(ImmutableArray<bool> Outcomes, ImmutableArray<double> ServiceSeconds);

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
