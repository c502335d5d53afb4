using System.Collections.Immutable;
using System.Globalization;

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
    public double StandardErrors => Math.Abs(Simulated.Mean - Predicted) <= Rounding
        ? 0
        : Math.Abs(Simulated.Mean - Predicted) / Math.Max(Simulated.StandardError, double.Epsilon);

    private double Rounding => 1e-12 * Math.Abs(Predicted);
}

/// <summary>One task's system times.</summary>
/// <param name="Task">Task name.</param>
/// <param name="SystemTimeSeconds">Mean of wait and service; null where a replication saw none of its queries.</param>
/// <param name="PredictedSystemTimeSeconds">E[W] and the time in service by the formulas; at slots in proportion to E[S_k].</param>
/// <param name="P50Seconds">Median over all replications, good to 0.4 %; null where the task never came.</param>
/// <param name="P95Seconds">95th percentile.</param>
/// <param name="P99Seconds">99th percentile.</param>
public sealed record TaskQueueReport(
    string Task, SimulatedMean? SystemTimeSeconds, double PredictedSystemTimeSeconds, double? P50Seconds, double? P95Seconds,
    double? P99Seconds);

/// <summary>A simulation study beside the formulas.</summary>
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

    /// <summary>Work that arrived per second as a share of the server's full speed: a ratio of sums over all replications.</summary>
    public required SimulatedMean Utilization { get; init; }

    /// <summary>Share of right answers.</summary>
    public required SimulatedMean Accuracy { get; init; }

    /// <summary>The formulas' values for what was simulated: with the moments of the measured times where those were drawn.</summary>
    public required Performance Predicted { get; init; }

    /// <summary>Each task's system times, in the tasks' order.</summary>
    public required ImmutableArray<TaskQueueReport> Tasks { get; init; }

    /// <summary>What each replication showed, in their order.</summary>
    public required ImmutableArray<SimulatedOutcome> Outcomes { get; init; }

    /// <summary>The means beside the formulas.</summary>
    public ImmutableArray<QueueComparison> Comparisons =>
    [
        new("mean wait (s)", WaitSeconds, Predicted.MeanWaitSeconds),
        new("mean system time (s)", SystemTimeSeconds, Predicted.MeanSystemTimeSeconds),
        new("utilization", Utilization, Predicted.Utilization),
        new("accuracy", Accuracy, Predicted.Accuracy),
    ];

    /// <summary>Whether the formulas are exact for the server; where they are not, a difference is no finding about them.</summary>
    public bool IsExact => Predicted.Server.IsExact;

    /// <summary>
    /// The probability of means this far from the formulas, in one joint test of the four (Hotelling's T² over the replications); null
    /// where the formulas are not exact, or there are too few replications.
    /// </summary>
    public double? JointPValue => IsExact && JointMeanTest.PValue(Deviations(), Sizes()) is var p && !double.IsNaN(p) ? p : null;

    /// <summary>
    /// Whether the joint test does not reject the formulas at the report's level: it does so in 5 % of right studies at 95 %.
    /// </summary>
    public bool Agrees => JointPValue is not { } p || p >= 1 - Level;

    /// <summary>The verdict in one sentence.</summary>
    public string Verdict => JointPValue switch
    {
        null when !IsExact => string.Create(
            CultureInfo.InvariantCulture,
            $"The formula is an approximation for this server: its mean system time is "
                + $"{Difference:+0.0;-0.0;0.0} % from the simulation's."),
        null => "There are too few replications for a joint test of the four means.",
        { } p when Agrees => string.Create(
            CultureInfo.InvariantCulture,
            $"The simulation agrees with the formulas of Pollaczek and Khinchine: joint test of the four means, p = {p:0.###}."),
        { } p => string.Create(
            CultureInfo.InvariantCulture,
            $"The simulation disagrees with the formulas (joint test of the four means, p = {p:0.0e+0}): "
                + $"{string.Join("; ", Comparisons.Select(Describe))}."),
    };

    private double Difference => 100 * ((Predicted.MeanSystemTimeSeconds / SystemTimeSeconds.Mean) - 1);

    /// <summary>
    /// Work is compared with the work that the formula expects in the same time, so that no ratio of random numbers is averaged.
    /// </summary>
    private double[][] Deviations()
    {
        double time = Outcomes.Average(outcome => outcome.ArrivalSeconds);
        return
        [
            .. Outcomes.Select(outcome => (double[])
            [
                outcome.MeanWaitSeconds - Predicted.MeanWaitSeconds,
                outcome.MeanSystemTimeSeconds - Predicted.MeanSystemTimeSeconds,
                (outcome.ServiceSeconds - (Predicted.Load * outcome.ArrivalSeconds)) / time,
                outcome.Accuracy - Predicted.Accuracy,
            ]),
        ];
    }

    private double[] Sizes() => [Predicted.MeanSystemTimeSeconds, Predicted.MeanSystemTimeSeconds, 1, 1];

    private static string Describe(QueueComparison comparison) => string.Create(
        CultureInfo.InvariantCulture,
        $"{comparison.Name} simulated {comparison.Simulated.Mean:G5}, formula {comparison.Predicted:G5}, {comparison.StandardErrors:0.0} "
            + $"standard errors apart");
}

/// <summary>What one simulated queue showed.</summary>
/// <param name="MeanWaitSeconds">Mean wait of all queries after the warm-up.</param>
/// <param name="MeanSystemTimeSeconds">Mean wait and time in service of the same queries.</param>
/// <param name="Accuracy">Share of right answers.</param>
/// <param name="ServiceSeconds">Sum of the service times, each as if it were served alone.</param>
/// <param name="ArrivalSeconds">Sum of the gaps between the arrivals.</param>
public readonly record struct SimulatedOutcome(
    double MeanWaitSeconds, double MeanSystemTimeSeconds, double Accuracy, double ServiceSeconds, double ArrivalSeconds);
