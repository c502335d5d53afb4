using System.Collections.Immutable;
using Calibration.Fitting;

namespace Calibration.Analysis;

/// <summary>One task's budget over the replicates.</summary>
/// <param name="Task">Task name.</param>
/// <param name="BudgetTokens">Percentile interval of ℓ*.</param>
/// <param name="ShareWithoutThinking">Share of the replicates in which its budget is 0.</param>
public sealed record DecidedBudget(string Task, Interval BudgetTokens, double ShareWithoutThinking);

/// <summary>
/// A quantity at the maximum of noisy data, with its optimism taken off (Efron): the data choose the budgets that look best on them, so the
/// value printed for their choice is too high.
/// </summary>
/// <param name="Raw">The value by the shapes.</param>
/// <param name="Optimism">
/// By how much it is too high: what the shapes are above the measured accuracies there, and by how much the choice flatters it (the mean
/// over replicates of the value of a replicate's choice on the replicate less its value on the data).
/// </param>
/// <param name="StandardDeviation">Standard deviation over replicates of the value of the data's choice.</param>
/// <param name="Interval">The corrected value ± Student's quantile at the fewest problems of any task times that deviation.</param>
public sealed record CorrectedValue(double Raw, double Optimism, double StandardDeviation, Interval Interval)
{
    /// <summary>The value without the optimism.</summary>
    public double Value => Raw - Optimism;
}

/// <summary>J at one uniform budget over the replicates.</summary>
/// <param name="BudgetTokens">The budget of every task.</param>
/// <param name="Objective">Percentile interval of J over the replicates in which it is stable, in seconds.</param>
public sealed record DecidedUniform(int BudgetTokens, Interval Objective);

/// <summary>What sampling error does to the decision, by the re-optimised bootstrap.</summary>
public sealed record DecisionReport
{
    /// <summary>Replicates in the intervals.</summary>
    public required int Replicates { get; init; }

    /// <summary>Further replicates in which no allocation was stable; they are in no interval.</summary>
    public required int Infeasible { get; init; }

    /// <summary>Confidence level.</summary>
    public required double Level { get; init; }

    /// <summary>Each task's budget.</summary>
    public required ImmutableArray<DecidedBudget> Tasks { get; init; }

    /// <summary>J(ℓ*), in seconds.</summary>
    public required CorrectedValue Objective { get; init; }

    /// <summary>J(ℓ*) less J at the best uniform budget, in seconds; absent where no uniform budget is stable.</summary>
    public CorrectedValue? GainOverUniform { get; init; }

    /// <summary>J at the best uniform budget, in seconds; absent where no uniform budget is stable, and in files of schema 1.</summary>
    public CorrectedValue? BestUniform { get; init; }

    /// <summary>J at the paper's uniform budgets; a budget that is stable in fewer than half of the replicates is absent.</summary>
    public ImmutableArray<DecidedUniform> Uniform { get; init; } = [];

    /// <summary>J of the best measured budgets less J(ℓ*), in seconds: above 0 where the model loses against the data.</summary>
    public required CorrectedValue ModelFreeDifference { get; init; }
}
