using System.Globalization;

namespace Calibration.Fitting;

/// <summary>
/// Accuracy falls beyond a budget: the same problems are answered worse after more thinking, by the exact sign test with the
/// problem as its unit (all runs together), p corrected by Bonferroni for all pairs of budgets.
/// </summary>
public sealed record BudgetFall
{
    /// <summary>The smaller budget, in thinking tokens.</summary>
    public required int FromTokens { get; init; }

    /// <summary>Accuracy there, over the problems that were answered at both budgets.</summary>
    public required double FromAccuracy { get; init; }

    /// <summary>The larger budget, in thinking tokens.</summary>
    public required int ToTokens { get; init; }

    /// <summary>Accuracy there, over the same problems.</summary>
    public required double ToAccuracy { get; init; }

    /// <summary>Problems answered worse at the larger budget.</summary>
    public required int Worse { get; init; }

    /// <summary>Problems answered better there.</summary>
    public required int Better { get; init; }

    /// <summary>Two-sided p-value, corrected for the number of pairs; at most 0.05.</summary>
    public required double PValue { get; init; }

    /// <summary>The budget of highest accuracy: nothing beyond it is offered.</summary>
    public required int PeakTokens { get; init; }

    /// <summary>Measured accuracy there.</summary>
    public required double PeakAccuracy { get; init; }

    /// <summary>The fall in words.</summary>
    public string Sentence => string.Create(
        CultureInfo.InvariantCulture,
        $"Accuracy falls from {FromAccuracy:0.000} at {FromTokens} tokens to {ToAccuracy:0.000} at {ToTokens} "
            + $"({PValueText.Of(PValue)}); it is highest at {PeakTokens}, and no budget beyond that is offered.");
}
