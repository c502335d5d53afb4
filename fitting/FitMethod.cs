namespace Calibration.Fitting;

/// <summary>What the accuracy fit maximises.</summary>
public enum FitMethod
{
    /// <summary>The binomial likelihood of the counts.</summary>
    MaximumLikelihood,

    /// <summary>Squared errors of the proportions, weighted by their binomial precision on a first fit.</summary>
    WeightedLeastSquares,
}
