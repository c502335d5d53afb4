namespace Calibration.Fitting;

/// <summary>One fitted parameter: its value and what the value is worth.</summary>
public sealed record ParameterEstimate
{
    /// <summary>Fitted value; always finite. Without meaning where <see cref="Status"/> is not identifiable.</summary>
    public required double Value { get; init; }

    /// <summary>Whether the data determine the parameter.</summary>
    public required ParameterStatus Status { get; init; }

    /// <summary>Which bound, or why the parameter is not identifiable; null where identified.</summary>
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
