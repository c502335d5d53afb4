using System.Globalization;

namespace Calibration.Fitting;

/// <summary>What was learned about one task's service time (1).</summary>
public sealed record ServiceTimeFit
{
    /// <summary>How good the fit is.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The verdict in one sentence.</summary>
    public required string Explanation { get; init; }

    /// <summary>The fitted line, even where rejected; null where no rising line could be fitted.</summary>
    public ServiceTimeLine? Line { get; init; }

    /// <summary>Time without thinking, t0, in seconds.</summary>
    public required ParameterEstimate T0Seconds { get; init; }

    /// <summary>Time of one more thinking token, c, in seconds.</summary>
    public required ParameterEstimate SecondsPerToken { get; init; }

    /// <summary>
    /// Variance of the service time at a given budget, in s², pooled over the budgets by their degrees of freedom: the σ² of
    /// P–K. The residual variance where no budget was measured twice; 0 without residual degrees of freedom; null where only two times
    /// have the same number of tokens.
    /// </summary>
    public required double? WithinBudgetVariance { get; init; }

    /// <summary>Standard deviation of the noise that does not grow with the time, in seconds.</summary>
    public required double AbsoluteNoiseSeconds { get; init; }

    /// <summary>Standard deviation of the noise that grows with the time, as a share of it.</summary>
    public required double RelativeNoise { get; init; }

    /// <summary>Weighted coefficient of determination, at most 1; null where the times do not vary.</summary>
    public double? RSquared { get; init; }

    /// <summary>p-value of the test that the time is affine up to the largest budget; null where not testable.</summary>
    public double? CurvaturePValue { get; init; }

    /// <summary>
    /// Largest departure of the curve with a quadratic term from the line, as a share of the time; null where not testable.
    /// </summary>
    public double? CurvatureShare { get; init; }

    /// <summary>The observations in their order, with fitted times, residuals and outlier flags.</summary>
    public required IReadOnlyList<ServicePoint> Points { get; init; }

    /// <summary>
    /// Traces and samples that stand out and move c by more than its standard error, the strongest first; they are part of the fit all
    /// the same.
    /// </summary>
    public IReadOnlyList<ServiceInfluence> Influences { get; init; } = [];

    /// <summary>
    /// Skewness of the overheads of the traces (of their times at their fewest tokens, beside the line) where it is clear; t0 is then
    /// the mean of a skewed distribution, and its interval may be too low. Null where no skewness is seen.
    /// </summary>
    public double? OverheadSkewness { get; init; }

    /// <summary>Whether the weights of the line settled; absent in files of schema 1, and where there is no line.</summary>
    public bool? Converged { get; init; }

    /// <summary>Whether points were clustered by trace; false: they were taken as independent.</summary>
    public required bool Clustered { get; init; }

    /// <summary>Number of clusters; 0 where points were taken as independent.</summary>
    public required int Clusters { get; init; }

    /// <summary>Variance of the service time at a budget by the fitted noise, in s²: absolute and relative parts added.</summary>
    public double VarianceAt(double tokens)
    {
        double relative = RelativeNoise * (Line?.At(tokens) ?? 0);
        return (AbsoluteNoiseSeconds * AbsoluteNoiseSeconds) + (relative * relative);
    }
}

/// <summary>One observation beside the fitted line.</summary>
/// <param name="Cluster">The trace.</param>
/// <param name="Tokens">Thinking tokens.</param>
/// <param name="Seconds">Measured time.</param>
/// <param name="Fitted">Time on the line.</param>
/// <param name="Residual">Measured less fitted time.</param>
/// <param name="Outlier">Flagged by the rule of <see cref="ServiceTimeFitter"/>; the observation is part of the fit all the same.</param>
public sealed record ServicePoint(string Cluster, double Tokens, double Seconds, double Fitted, double Residual, bool Outlier);

/// <summary>A trace or a sample that stands out and moves the slope.</summary>
/// <param name="Trace">The trace; null if times are not grouped by trace.</param>
/// <param name="Tokens">Thinking tokens of the sample; null for a complete trace.</param>
/// <param name="Seconds">Measured time of the sample; null for a complete trace.</param>
/// <param name="SecondsPerTokenWithout">c without it, in seconds.</param>
/// <param name="SlopeShift">By how much it moves c, in seconds per token.</param>
public sealed record ServiceInfluence(string? Trace, double? Tokens, double? Seconds, double SecondsPerTokenWithout, double SlopeShift)
{
    /// <summary>The influence in words.</summary>
    public string Sentence
    {
        get
        {
            string trace = Trace is null ? "" : $" (trace {Trace})";
            string what = Tokens is { } tokens
                ? FormattableString.Invariant($"The time of {Seconds:0.###} s at {tokens:0} tokens{trace}")
                : $"Trace {Trace}";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{what} moves c by {100 * SlopeShift / SecondsPerTokenWithout:+0.0;-0.0} %: "
                + $"without it c is {SecondsPerTokenWithout:G4} s.");
        }
    }
}

/// <summary>Service time of one request on an idle server against thinking tokens, equation (1): t(ℓ) = t0 + cℓ.</summary>
/// <param name="T0Seconds">Time without thinking, in seconds: prefill and answer; 0 or more.</param>
/// <param name="SecondsPerToken">Time of one more thinking token, in seconds; above 0.</param>
public sealed record ServiceTimeLine(double T0Seconds, double SecondsPerToken)
{
    /// <summary>Service time in seconds at a budget of thinking tokens.</summary>
    public double At(double budgetTokens) => T0Seconds + (SecondsPerToken * budgetTokens);
}

/// <summary>One measured service time.</summary>
/// <param name="Cluster">The streamed trace that it was measured on; the points of one trace share their errors.</param>
/// <param name="Tokens">Thinking tokens generated; 0 or more.</param>
/// <param name="Seconds">Service time, in seconds.</param>
public sealed record ServiceObservation(string Cluster, double Tokens, double Seconds);
