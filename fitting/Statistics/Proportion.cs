namespace Calibration.Fitting.Statistics;

/// <summary>A share of independent yes-or-no observations.</summary>
/// <param name="Count">Observations, at least 1.</param>
/// <param name="Successes">Those that were yes, from 0 to <paramref name="Count"/>.</param>
public sealed record Proportion(int Count, int Successes)
{
    /// <summary>The share, from 0 to 1.</summary>
    public double Value => (double)Successes / Count;

    /// <summary>
    /// Wilson's score interval at 95 %: {π : |p − π| ≤ z √(π(1 − π)/n)}. It stays within [0, 1] and has a width where all
    /// observations agree.
    /// </summary>
    public Interval Wilson()
    {
        double z = Quantiles.TwoSided(0.95, double.PositiveInfinity);
        double perCount = z * z / Count;
        double centre = (Value + (perCount / 2)) / (1 + perCount);
        double half = z * Math.Sqrt(((Value * (1 - Value)) + (perCount / 4)) / Count) / (1 + perCount);
        return new Interval(Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
