namespace Calibration.Fitting;

/// <summary>One fitted parameter: its value and how certain it is.</summary>
public sealed record ParameterEstimate
{
    /// <summary>Fitted value; always finite. Without meaning where <see cref="Status"/> is not identifiable.</summary>
    public required double Value { get; init; }

    /// <summary>Whether the data determine the parameter.</summary>
    public required ParameterStatus Status { get; init; }

    /// <summary>Which bound, or why there is no interval; null where identified.</summary>
    public string? Reason { get; init; }

    /// <summary>Cluster-robust standard error; null where not identifiable or where the parameter itself lies on its bound.</summary>
    public double? StandardError { get; init; }

    /// <summary>Confidence interval; null where not identifiable.</summary>
    public Interval? Interval { get; init; }

    internal static ParameterEstimate Unknown(double value, string reason) => new()
    {
        Value = double.IsFinite(value) ? value : 0,
        Status = ParameterStatus.NotIdentifiable,
        Reason = reason,
    };
}

/// <summary>What is known about one parameter.</summary>
public enum ParameterStatus
{
    /// <summary>Determined by the data, inside its bounds.</summary>
    Identified,

    /// <summary>The estimate lies on a bound, named by the reason.</summary>
    AtBound,

    /// <summary>Not determined by the data, or of a shape that the data reject; there is no standard error and no interval.</summary>
    NotIdentifiable,
}

/// <summary>A confidence interval, both ends included, in the unit of its parameter.</summary>
/// <param name="Low">Lower end; finite.</param>
/// <param name="High">Upper end; finite, not below <paramref name="Low"/>.</param>
public sealed record Interval(double Low, double High)
{
    /// <summary>Whether the interval holds a value.</summary>
    public bool Contains(double value) => value >= Low && value <= High;
}

/// <summary>Goodness of fit, in the order of precedence LackOfFit, NotIdentifiable, AtBound, Identified.</summary>
public enum Verdict
{
    /// <summary>Every parameter is determined by the data, inside its bounds.</summary>
    Identified,

    /// <summary>The fit lies on a bound (D = 0, A + D = 1 or t0 = 0); intervals hold, one-sided for that parameter.</summary>
    AtBound,

    /// <summary>At least one parameter cannot be learned from these data.</summary>
    NotIdentifiable,

    /// <summary>
    /// The data reject the model's shape: its parameters have no errors and no intervals, and another shape should be used.
    /// </summary>
    LackOfFit,

    /// <summary>Too many trials are missing: no curve was fitted.</summary>
    MissingData,
}
