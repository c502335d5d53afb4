namespace Calibration.Optimizer;

/// <summary>What an allocation implies at one operating point.</summary>
/// <param name="ArrivalRatePerSecond">Arrival rate λ.</param>
/// <param name="AccuracyWeightSeconds">Accuracy weight α.</param>
/// <param name="MeanServiceSeconds">E[S] of a query that is served alone, equation (3).</param>
/// <param name="MeanSquareServiceSeconds2">E[S²] in s², equation (3).</param>
/// <param name="Accuracy">Mean accuracy Σ π_k p_k.</param>
public readonly record struct Performance(
    double ArrivalRatePerSecond, double AccuracyWeightSeconds, double MeanServiceSeconds, double MeanSquareServiceSeconds2, double Accuracy)
{
    private readonly Server? _server;

    /// <summary>The server; one query at a time by default.</summary>
    public Server Server
    {
        get => _server ?? Server.OneAtATime;
        init => _server = value;
    }

    /// <summary>Work that arrives per second, λE[S], in seconds; the queue is stable below the server's full speed φ(m).</summary>
    public double Load => ArrivalRatePerSecond * MeanServiceSeconds;

    /// <summary>Utilization ρ: the load as a share of the server's full speed, λE[S]/φ(m); λE[S] where it serves one at a time.</summary>
    public double Utilization => Server.IsOneAtATime ? Load : Load / Server.FullSpeed;

    /// <summary>Whether the queue is stable, equation (4).</summary>
    public bool IsStable => Utilization < 1;

    /// <summary>
    /// Mean wait for a slot: by Pollaczek and Khinchine, equation (5), where the server serves one at a time; else
    /// (N_w/λ) E[S²]/(2E[S]²). Infinite where the queue is not stable.
    /// </summary>
    public double MeanWaitSeconds
    {
        get
        {
            if (!IsStable)
                return double.PositiveInfinity;
            return Server.IsOneAtATime
                ? ArrivalRatePerSecond * MeanSquareServiceSeconds2 / (2 * (1 - Utilization))
                : ServerTimes.Of(Server, ArrivalRatePerSecond, MeanServiceSeconds).PerSquare.Value * MeanSquareServiceSeconds2;
        }
    }

    /// <summary>Mean time in a slot, N_in/λ: E[S] where the server serves one at a time, more where slots share its speed.</summary>
    public double MeanTimeInServiceSeconds => Server.IsOneAtATime
        ? MeanServiceSeconds
        : IsStable ? ServerTimes.Of(Server, ArrivalRatePerSecond, MeanServiceSeconds).InService.Value : double.PositiveInfinity;

    /// <summary>Mean system time, equation (6): the wait and the time in service.</summary>
    public double MeanSystemTimeSeconds => MeanWaitSeconds + MeanTimeInServiceSeconds;

    /// <summary>Objective J in seconds, equation (7); negative infinity where the queue is not stable.</summary>
    public double Objective => (AccuracyWeightSeconds * Accuracy) - MeanSystemTimeSeconds;
}
