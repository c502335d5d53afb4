namespace Calibration.Fitting;

/// <summary>The shapes that a task's accuracy may have.</summary>
public enum ShapeKind
{
    /// <summary>D + A(1 − e^(−bℓ)), equation (2).</summary>
    Exponential,

    /// <summary>D + A/(1 + (h/ℓ)^s).</summary>
    Hill,

    /// <summary>Monotone interpolation between the measured budgets.</summary>
    Interpolated,

    /// <summary>The measured budgets alone.</summary>
    Points,
}

/// <summary>The shape that stands for a task's accuracy, and why.</summary>
public sealed record ShapeChoice
{
    /// <summary>Which of the shapes.</summary>
    public required ShapeKind Kind { get; init; }

    /// <summary>The shape itself.</summary>
    public required AccuracyShape Shape { get; init; }

    /// <summary>Why this one, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>What to keep in mind about the choice, in one sentence; null where there is nothing.</summary>
    public string? Warning { get; init; }

    /// <summary>
    /// Largest budget that may be offered, in thinking tokens: the peak where accuracy falls; infinite for a curve without a fall.
    /// </summary>
    public required double LargestBudget { get; init; }

    /// <summary>Where accuracy falls; null where it does not. Everything else is of the budgets up to the peak.</summary>
    public BudgetFall? Fall { get; init; }

    /// <summary>The exponential that was tried first.</summary>
    public required AccuracyFit Exponential { get; init; }

    /// <summary>The Hill curve; null where none was fitted.</summary>
    public HillFit? Hill { get; init; }

    /// <summary>Whether the user named the shape.</summary>
    public bool Given { get; init; }
}
