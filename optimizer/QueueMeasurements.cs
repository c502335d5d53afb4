using System.Collections.Immutable;

namespace Calibration.Optimizer;

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

    internal ImmutableArray<bool> OutcomesOf(int task) => Of(Outcomes, task);

    internal ImmutableArray<double> ServiceSecondsOf(int task) => Of(ServiceSeconds, task);

    private static ImmutableArray<T> Of<T>(ImmutableArray<ImmutableArray<T>> all, int task) =>
        all.IsDefaultOrEmpty || all[task].IsDefaultOrEmpty ? [] : all[task];
}
