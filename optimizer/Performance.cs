namespace Calibration.Optimizer;

/// <summary>What an allocation implies at one operating point.</summary>
/// <param name="ArrivalRatePerSecond">Arrival rate λ.</param>
/// <param name="AccuracyWeightSeconds">Accuracy weight α.</param>
/// <param name="MeanServiceSeconds">E[S], equation (3).</param>
/// <param name="MeanSquareServiceSeconds2">E[S²] in s², equation (3).</param>
/// <param name="Accuracy">Mean accuracy Σ π_k p_k.</param>
public readonly record struct Performance(
    double ArrivalRatePerSecond, double AccuracyWeightSeconds, double MeanServiceSeconds, double MeanSquareServiceSeconds2, double Accuracy)
{
    /// <summary>Utilization ρ = λE[S].</summary>
    public double Utilization => ArrivalRatePerSecond * MeanServiceSeconds;

    /// <summary>Whether the queue is stable, equation (4).</summary>
    public bool IsStable => Utilization < 1;

    /// <summary>Mean wait E[W] by Pollaczek and Khinchine, equation (5); infinite where the queue is not stable.</summary>
    public double MeanWaitSeconds =>
        IsStable ? ArrivalRatePerSecond * MeanSquareServiceSeconds2 / (2 * (1 - Utilization)) : double.PositiveInfinity;

    /// <summary>Mean system time E[W] + E[S], equation (6).</summary>
    public double MeanSystemTimeSeconds => MeanWaitSeconds + MeanServiceSeconds;

    /// <summary>Objective J in seconds, equation (7); negative infinity where the queue is not stable.</summary>
    public double Objective => (AccuracyWeightSeconds * Accuracy) - MeanSystemTimeSeconds;
}
