namespace Calibration.Results;

/// <summary>Whose clock a service time was read from.</summary>
public enum ServiceSource
{
    /// <summary>The client's monotonic clock.</summary>
    Client,

    /// <summary>The simulated clock of the embedded endpoint: no time passed.</summary>
    Simulated,
}
