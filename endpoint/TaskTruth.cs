namespace Calibration.Endpoint;

/// <summary>
/// What the simulated model can do at one task, and how long it takes: its accuracy after ℓ thinking tokens, and t0 + cℓ.
/// </summary>
public sealed record TaskTruth
{
    /// <summary>Accuracy gained by unlimited thinking, A, in [0, 1]; A + D is at most 1.</summary>
    public required double A { get; init; }

    /// <summary>Accuracy without thinking, D, in [0, 1].</summary>
    public required double D { get; init; }

    /// <summary>Rate b of the exponential D + A(1 − e^(−bℓ)), per thinking token, above 0; null for a Hill curve.</summary>
    public double? B { get; init; }

    /// <summary>
    /// Budget h at which half of the gain of the Hill curve D + A/(1 + (h/ℓ)^s) is reached, in tokens, above 0; null for an
    /// exponential.
    /// </summary>
    public double? H { get; init; }

    /// <summary>Steepness s of the Hill curve, above 0; 1 by default.</summary>
    public double S { get; init; } = 1;

    /// <summary>Service time without thinking, t0, in seconds; 0 or more.</summary>
    public double T0Seconds { get; init; } = 0.1;

    /// <summary>Service time of one more thinking token, c, in seconds; above 0.</summary>
    public double SecondsPerToken { get; init; } = 0.0125;

    /// <summary>
    /// Median of the natural lengths, in tokens, at least 1; null: 3/b, where the exponential has 95 % of its gain, or 2h.
    /// </summary>
    public double? NaturalMedianTokens { get; init; }

    /// <summary>Standard deviation of the logarithm of the natural lengths, which are lognormal; 0 or more.</summary>
    public double NaturalSigma { get; init; } = 0.5;

    /// <summary>
    /// Share of the right answers that are lost in the end where thinking is forced on past its natural length, in [0, 1]; 0 by default.
    /// Thinking that ends by itself loses nothing.
    /// </summary>
    public double ForcedLoss { get; init; }

    /// <summary>Forced tokens after which 63 % of that loss has happened; above 0.</summary>
    public double ForcedLossTokens { get; init; } = 200;

    /// <summary>Probability of a right answer after so many tokens, none of them forced.</summary>
    internal double Accuracy(double tokens)
    {
        if (H is not { } half)
            return D - (A * double.ExpM1(-(B ?? 0) * tokens));
        return tokens > 0 ? D + (A / (1 + Math.Pow(half / tokens, S))) : D;
    }

    /// <summary>Median natural length, in tokens.</summary>
    internal double MedianTokens => NaturalMedianTokens ?? (H is { } half ? 2 * half : 3 / (B ?? 1));
}
