namespace Calibration.Fitting;

/// <summary>Service time of one request on an idle server against thinking tokens, equation (1): t(ℓ) = t0 + cℓ.</summary>
/// <param name="T0Seconds">Time without thinking, in seconds: prefill and answer; 0 or more.</param>
/// <param name="SecondsPerToken">Time of one more thinking token, in seconds; above 0.</param>
public sealed record ServiceTimeLine(double T0Seconds, double SecondsPerToken)
{
    /// <summary>Service time in seconds at a budget of thinking tokens.</summary>
    public double At(double budgetTokens) => T0Seconds + (SecondsPerToken * budgetTokens);
}
