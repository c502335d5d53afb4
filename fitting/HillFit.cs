namespace Calibration.Fitting;

/// <summary>What was learned about one task's accuracy as a Hill curve, p(ℓ) = D + A/(1 + (h/ℓ)^s).</summary>
public sealed record HillFit
{
    /// <summary>How good the fit is.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The verdict in one sentence.</summary>
    public required string Explanation { get; init; }

    /// <summary>
    /// The fitted curve, even where rejected; null where there are no fitted values (no gain, or fewer than four budgets).
    /// </summary>
    public HillAccuracy? Curve { get; init; }

    /// <summary>Accuracy gained by thinking, A.</summary>
    public required ParameterEstimate A { get; init; }

    /// <summary>Budget h at which half of the gain is reached, in thinking tokens.</summary>
    public required ParameterEstimate H { get; init; }

    /// <summary>Steepness s, without unit.</summary>
    public required ParameterEstimate S { get; init; }

    /// <summary>Accuracy without thinking, D.</summary>
    public required ParameterEstimate D { get; init; }

    /// <summary>The data at each budget, in order of the budgets, with their residuals.</summary>
    public required IReadOnlyList<AccuracyPoint> Points { get; init; }

    /// <summary>Binomial deviance against the saturated model, of independent answers: a measure, not a test.</summary>
    public required double Deviance { get; init; }

    /// <summary>p-value of the lack-of-fit test; null where it cannot be tested.</summary>
    public double? LackOfFitPValue { get; init; }

    /// <summary>Whether the search for the maximum ended at its own tolerance.</summary>
    public required bool Converged { get; init; }

    /// <summary>Whether answers were clustered by problem; false: they were taken as independent.</summary>
    public required bool Clustered { get; init; }

    /// <summary>Number of clusters; 0 where answers were taken as independent.</summary>
    public required int Clusters { get; init; }
}
