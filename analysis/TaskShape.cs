using Calibration.Fitting;

namespace Calibration.Analysis;

/// <summary>The shape that stands for a task's accuracy in the decision, and why.</summary>
public sealed record TaskShape
{
    /// <summary>Which of the shapes.</summary>
    public required ShapeKind Kind { get; init; }

    /// <summary>The shape itself.</summary>
    public required AccuracyShape Curve { get; init; }

    /// <summary>Why this one, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>What to keep in mind about the choice; absent where there is nothing.</summary>
    public string? Warning { get; init; }

    /// <summary>
    /// Largest budget that is offered, in thinking tokens: the peak where accuracy falls; absent for a curve without a fall.
    /// </summary>
    public double? LargestBudgetTokens { get; init; }

    /// <summary>Where accuracy falls; absent where it does not.</summary>
    public BudgetFall? Fall { get; init; }

    /// <summary>Share of the answers at the fall's larger budget whose thinking was lengthened; absent without a fall.</summary>
    public double? LengthenedShare { get; init; }

    /// <summary>The Hill curve; absent where none was fitted.</summary>
    public HillFit? Hill { get; init; }

    /// <summary>Whether the user named the shape.</summary>
    public bool Given { get; init; }

    /// <summary>The name for tables and the console, such as <c>Hill</c> or <c>exponential up to 64</c>.</summary>
    public string ShownName
    {
        get
        {
            string name = Kind switch
            {
                ShapeKind.Exponential => "exponential",
                ShapeKind.Hill => "Hill",
                ShapeKind.Interpolated => "interpolated",
                _ => "measured points",
            };
            return Fall is null ? name : FormattableString.Invariant($"{name} up to {Fall.PeakTokens}");
        }
    }

    internal static TaskShape Of(ShapeChoice choice, Func<int, double> lengthenedShareAt) => new()
    {
        Kind = choice.Kind,
        Curve = choice.Shape,
        Reason = choice.Reason,
        Warning = choice.Warning,
        LargestBudgetTokens = double.IsInfinity(choice.LargestBudget) ? null : choice.LargestBudget,
        Fall = choice.Fall,
        LengthenedShare = choice.Fall is { } fall ? lengthenedShareAt(fall.ToTokens) : null,
        Hill = choice.Hill,
        Given = choice.Given,
    };
}

/// <summary>95 % interval of the measured accuracy at one budget, clustered by problem (Wilson's, at the effective count).</summary>
/// <param name="BudgetTokens">The budget.</param>
/// <param name="Problems">Problems with an answer there.</param>
/// <param name="Low">Lower end, 0 or more.</param>
/// <param name="High">Upper end, at most 1.</param>
public sealed record AccuracyInterval(int BudgetTokens, int Problems, double Low, double High);

/// <summary>Pointwise 95 % band of a fitted accuracy curve at one budget.</summary>
/// <param name="BudgetTokens">The budget.</param>
/// <param name="Low">Lower end, 0 or more.</param>
/// <param name="High">Upper end, at most 1.</param>
public sealed record BandPoint(double BudgetTokens, double Low, double High);
