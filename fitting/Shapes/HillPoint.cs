namespace Calibration.Fitting.Shapes;

/// <summary>
/// A point of the search: p = D (1 − w) + S w with w = 1/(1 + (h/ℓ)^s), the ceiling S = A + D, η = log(h/L), σ = log s; L is the largest
/// budget.
/// </summary>
internal readonly record struct HillPoint(double D, double S, double Eta, double Sigma, double Objective)
{
    public const int Parameters = 4;

    // Nearer to a bound than this the fit lies on it.
    private const double BoundTolerance = 1e-9;

    public double A => S - D;

    /// <summary>Whether the search ended at its own tolerance, and not at its limit of steps.</summary>
    public bool Converged { get; init; }

    public bool AtZero => D <= BoundTolerance;

    public bool AtOne => S >= 1 - BoundTolerance;

    /// <summary>Share w of the gain at x = ℓ/L.</summary>
    public double Share(double x) => x > 0 ? 1 / (1 + Math.Exp(Math.Exp(Sigma) * (Eta - Math.Log(x)))) : 0;

    public double Probability(double x)
    {
        double w = Share(x);
        return (D * (1 - w)) + (S * w);
    }

    /// <summary>Slopes of the probability in (D, S, η, σ).</summary>
    public void Slopes(double x, Span<double> slopes)
    {
        double w = Share(x), bend = A * Math.Exp(Sigma) * w * (1 - w);
        (slopes[0], slopes[1]) = (1 - w, w);
        (slopes[2], slopes[3]) = x > 0 && bend > 0 ? (-bend, bend * (Math.Log(x) - Eta)) : (0, 0);
    }

    /// <summary>A step of the search, kept within the bounds; with <paramref name="tied"/>, A stays what it is.</summary>
    public HillPoint Move(ReadOnlySpan<double> step, double length, in HillRange range, bool tied)
    {
        double eta = Math.Clamp(Eta + (length * step[2]), range.MinEta, range.MaxEta);
        double sigma = Math.Clamp(Sigma + (length * step[3]), range.MinSigma, range.MaxSigma);
        if (!tied)
            return new HillPoint(Math.Clamp(D + (length * step[0]), 0, 1), Math.Clamp(S + (length * step[1]), 0, 1), eta, sigma, 0);
        double d = Math.Clamp(D + (length * step[0]), 0, Math.Max(0, 1 - A));
        return new HillPoint(d, Math.Min(1, d + A), eta, sigma, 0);
    }
}

/// <summary>
/// Where h and s are searched: h from a quarter of the smallest positive budget to eight times the largest one, s from 0.2 (nearly
/// logarithmic) to 40 (a step, on budgets a factor of 2 apart).
/// </summary>
internal readonly record struct HillRange(double MinEta, double MaxEta, double MinSigma, double MaxSigma)
{
    public static HillRange Of(double[] x) =>
        new(Math.Log(x.Where(v => v > 0).DefaultIfEmpty(1).Min() / 4), Math.Log(8), Math.Log(0.2), Math.Log(40));
}

/// <summary>Which quantity a profile holds fixed.</summary>
internal enum HillHeld
{
    None,
    D,
    A,
    Eta,
    Sigma,
}
