namespace Calibration.Fitting;

/// <summary>How an accuracy curve is fitted.</summary>
public sealed record AccuracyFitOptions
{
    /// <summary>Maximum likelihood by default.</summary>
    public FitMethod Method { get; init; } = FitMethod.MaximumLikelihood;

    /// <summary>Confidence level of the intervals, in (0, 1); 0.95 by default.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>The model is rejected where the lack-of-fit p-value is below this; 0.01 by default.</summary>
    public double LackOfFitLevel { get; init; } = 0.01;

    /// <summary>
    /// A flat line, a straight line and a step must each be rejected at this level before the rate counts as
    /// identified; 0.0001 by default.
    /// </summary>
    public double IdentificationLevel { get; init; } = 0.0001;

    /// <summary>Whether the rival shapes are fitted too; true by default.</summary>
    public bool CompareRivals { get; init; } = true;

    internal void Validate()
    {
        Require(Level, nameof(Level));
        Require(LackOfFitLevel, nameof(LackOfFitLevel));
        Require(IdentificationLevel, nameof(IdentificationLevel));
    }

    private static void Require(double probability, string name)
    {
        if (!(probability is > 0 and < 1))
            throw new ArgumentOutOfRangeException(name, probability, "must lie between 0 and 1");
    }
}
