using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Report;

/// <summary>What a run taught: the content of <c>fits.json</c>, its points included, so that figures need nothing else.</summary>
public sealed record RunFits
{
    /// <summary>The run's id.</summary>
    public required string Run { get; init; }

    /// <summary>Whether answers or times come from a simulation.</summary>
    public required bool Simulated { get; init; }

    /// <summary>Whether the problems are the product's own samples.</summary>
    public required bool Samples { get; init; }

    /// <summary>The model's name as it is shown: the user's label, else its name on the server without folders.</summary>
    public required string Model { get; init; }

    /// <summary>What a budget meant.</summary>
    public required BudgetSemantics Semantics { get; init; }

    /// <summary>The tasks in the run's order.</summary>
    public required ImmutableArray<TaskFits> Tasks { get; init; }
}

/// <summary>What a run taught about one task.</summary>
public sealed record TaskFits
{
    /// <summary>Task name in files.</summary>
    public required string Task { get; init; }

    /// <summary>Task name in tables and figures.</summary>
    public required string DisplayName { get; init; }

    /// <summary>The accuracy curve, its points and what they are worth.</summary>
    public required AccuracyFit Accuracy { get; init; }

    /// <summary>The service-time line, its points and what they are worth.</summary>
    public required ServiceTimeFit Service { get; init; }

    /// <summary>Number of trials by status; those that are neither Ok nor NoAnswer are out of the fits.</summary>
    public required ImmutableSortedDictionary<string, int> Trials { get; init; }

    /// <summary>Number of service times that are out of the fits.</summary>
    public required int ServiceExcluded { get; init; }

    /// <summary>Whether the service times in the fit hold tokens that were computed twice.</summary>
    public required PrefixReuse Prefix { get; init; }

    /// <summary>Mean thinking tokens really used at each budget, in the order of the accuracy points.</summary>
    public required ImmutableArray<BudgetUse> Use { get; init; }
}

/// <summary>Thinking tokens used at one budget.</summary>
/// <param name="BudgetTokens">The budget.</param>
/// <param name="MeanThinkingTokens">Mean tokens used; equals the budget under exact semantics.</param>
public sealed record BudgetUse(int BudgetTokens, double MeanThinkingTokens)
{
    /// <summary>Mean tokens used under a cap between the measured ones, on the line between the two beside it: the mean of min(ℓ, natural length) is concave, so the line is not above it.</summary>
    /// <param name="measured">In rising order of the budget, at least one.</param>
    /// <param name="budget">Budget ℓ in tokens.</param>
    public static double MeanAt(IReadOnlyList<BudgetUse> measured, double budget)
    {
        ArgumentNullException.ThrowIfNull(measured);
        BudgetUse low = measured.LastOrDefault(use => use.BudgetTokens <= budget) ?? new BudgetUse(0, 0);
        BudgetUse? high = measured.FirstOrDefault(use => use.BudgetTokens > budget);
        return high is null
            ? low.MeanThinkingTokens
            : low.MeanThinkingTokens + ((high.MeanThinkingTokens - low.MeanThinkingTokens) * (budget - low.BudgetTokens) / (high.BudgetTokens - low.BudgetTokens));
    }
}
