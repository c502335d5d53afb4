namespace Calibration.Fitting.Accuracy;

/// <summary>A point of the search: p = D e^(−kx) + S (1 − e^(−kx)), with the ceiling S = A + D, x = ℓ / L and θ = log k, k = b L.</summary>
internal readonly record struct CurvePoint(double D, double S, double Theta, double Objective)
{
    public double A => S - D;

    /// <summary>Whether the search ended at its own tolerance, and not at its limit of steps.</summary>
    public bool Converged { get; init; }
}

/// <summary>Which quantity a profile holds fixed.</summary>
internal enum Held
{
    None,
    D,
    S,
    A,
    Rate,
}
