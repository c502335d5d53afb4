namespace Calibration.Fitting;

/// <summary>A confidence interval, both ends included, in the unit of its parameter.</summary>
/// <param name="Low">Lower end; finite.</param>
/// <param name="High">Upper end; finite, not below <paramref name="Low"/>.</param>
public sealed record Interval(double Low, double High)
{
    /// <summary>Whether the interval holds a value.</summary>
    public bool Contains(double value) => value >= Low && value <= High;
}
