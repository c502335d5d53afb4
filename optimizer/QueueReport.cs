using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>A mean over replications with its confidence interval (Student's t over the replications).</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="StandardError">Standard error of the mean.</param>
public readonly record struct SimulatedMean(double Mean, double Low, double High, double StandardError);

/// <summary>A simulated mean beside the formula's value.</summary>
/// <param name="Name">What is compared.</param>
/// <param name="Simulated">The simulation's mean.</param>
/// <param name="Predicted">The formula's value.</param>
public sealed record QueueComparison(string Name, SimulatedMean Simulated, double Predicted)
{
    /// <summary>Whether the formula's value lies in the interval, both ends included up to rounding.</summary>
    public bool Agrees => Predicted >= Simulated.Low - Rounding && Predicted <= Simulated.High + Rounding;

    /// <summary>How many standard errors apart they are; 0 where both are the same number.</summary>
    public double StandardErrors => Math.Abs(Simulated.Mean - Predicted) <= Rounding ? 0 : Math.Abs(Simulated.Mean - Predicted) / Math.Max(Simulated.StandardError, double.Epsilon);

    private double Rounding => 1e-12 * Math.Abs(Predicted);
}

/// <summary>One task's system times.</summary>
/// <param name="Task">Task name.</param>
/// <param name="SystemTimeSeconds">Mean of wait and service; null where a replication saw none of its queries.</param>
/// <param name="PredictedSystemTimeSeconds">E[W] + E[S_k] by the formulas.</param>
/// <param name="P50Seconds">Median over all replications, good to 0.4 %; null where the task never came.</param>
/// <param name="P95Seconds">95th percentile.</param>
/// <param name="P99Seconds">99th percentile.</param>
public sealed record TaskQueueReport(
    string Task, SimulatedMean? SystemTimeSeconds, double PredictedSystemTimeSeconds, double? P50Seconds, double? P95Seconds, double? P99Seconds);

/// <summary>A simulation study beside the M/G/1 formulas.</summary>
public sealed record QueueReport
{
    /// <summary>Queries of each replication that count.</summary>
    public required int Queries { get; init; }

    /// <summary>Queries before those, which do not.</summary>
    public required int WarmUp { get; init; }

    /// <summary>Independent replications.</summary>
    public required int Replications { get; init; }

    /// <summary>Confidence level of every interval.</summary>
    public required double Level { get; init; }

    /// <summary>Mean wait.</summary>
    public required SimulatedMean WaitSeconds { get; init; }

    /// <summary>Mean wait and service.</summary>
    public required SimulatedMean SystemTimeSeconds { get; init; }

    /// <summary>Share of the time in which the server worked.</summary>
    public required SimulatedMean Utilization { get; init; }

    /// <summary>Share of right answers.</summary>
    public required SimulatedMean Accuracy { get; init; }

    /// <summary>The formulas' values for what was simulated: with the moments of the measured times where those were drawn.</summary>
    public required Performance Predicted { get; init; }

    /// <summary>Each task's system times, in the tasks' order.</summary>
    public required ImmutableArray<TaskQueueReport> Tasks { get; init; }

    /// <summary>The means beside the formulas.</summary>
    public ImmutableArray<QueueComparison> Comparisons =>
    [
        new("mean wait (s)", WaitSeconds, Predicted.MeanWaitSeconds),
        new("mean system time (s)", SystemTimeSeconds, Predicted.MeanSystemTimeSeconds),
        new("utilization", Utilization, Predicted.Utilization),
        new("accuracy", Accuracy, Predicted.Accuracy),
    ];

    /// <summary>Whether every formula lies in its interval. At 95 % one of four does not about once in six right studies.</summary>
    public bool Agrees => Comparisons.All(comparison => comparison.Agrees);

    /// <summary>The verdict in one sentence.</summary>
    public string Verdict => Agrees
        ? FormattableString.Invariant($"The simulation agrees with Pollaczek and Khinchine: every formula lies in its {100 * Level:0.#} % interval.")
        : FormattableString.Invariant($"Outside the {100 * Level:0.#} % interval: {string.Join("; ", Comparisons.Where(comparison => !comparison.Agrees).Select(Describe))}.");

    private static string Describe(QueueComparison comparison) => FormattableString.Invariant(
        $"{comparison.Name} simulated {comparison.Simulated.Mean:G5}, formula {comparison.Predicted:G5}, {comparison.StandardErrors:0.0} standard errors apart");
}
