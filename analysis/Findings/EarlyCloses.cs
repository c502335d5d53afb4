using System.Collections.Immutable;
using Calibration.Fitting.Statistics;
using Calibration.Results;

namespace Calibration.Analysis.Findings;

/// <summary>What one task used of its budgets under <see cref="BudgetSemantics.Cap"/>.</summary>
/// <param name="Task">Task name in files.</param>
/// <param name="Budgets">The budgets above 0, ascending.</param>
public sealed record EarlyCloses(string Task, ImmutableArray<UsedBudget> Budgets)
{
    /// <summary>Of one task's usable trials.</summary>
    public static EarlyCloses Of(string task, IReadOnlyList<Trial> trials) => new(
        task,
        [
            .. from trial in trials
               where trial is { IsUsable: true, BudgetTokens: > 0 }
               group trial by trial.BudgetTokens into budget
               orderby budget.Key
               select new UsedBudget(
                   budget.Key,
                   Shares.Of(budget, trial => trial.ClosedByModel),
                   budget.Average(trial => trial.ThinkingTokens)),
        ]);
}

/// <summary>What was used of one budget.</summary>
/// <param name="BudgetTokens">The budget ℓ.</param>
/// <param name="Closed">Traces that the model closed by itself within the budget.</param>
/// <param name="MeanThinkingTokens">Mean thinking tokens over all traces.</param>
public sealed record UsedBudget(int BudgetTokens, ClusteredProportion Closed, double MeanThinkingTokens);
