namespace Calibration.Fitting;

/// <summary>
/// Probability of a right answer against thinking tokens, equation (2): p(ℓ) = A(1 − e^(−bℓ)) + D.
/// </summary>
/// <param name="A">Accuracy gained from no thinking to unlimited thinking, in (0, 1].</param>
/// <param name="B">Rate of the gain per thinking token, above 0.</param>
/// <param name="D">Accuracy without thinking, in [0, 1); A + D is at most 1.</param>
public sealed record AccuracyCurve(double A, double B, double D)
{
    /// <summary>Probability of a right answer at a budget of thinking tokens (0 or more).</summary>
    public double At(double budgetTokens) => (-A * double.ExpM1(-B * budgetTokens)) + D;

    /// <summary>Slope dp/dℓ = A b e^(−bℓ) per thinking token, equation (15).</summary>
    public double SlopeAt(double budgetTokens) => A * B * Math.Exp(-B * budgetTokens);
}
