using System.Collections.Immutable;
using Calibration.Fitting;

namespace Calibration.Optimizer.Uncertainty;

/// <summary>A task of the decision with what its uncertainty is drawn from.</summary>
/// <param name="Choice">The task as it was decided on: with its curve, or at its measured budgets.</param>
/// <param name="Accuracy">The bootstrap of its answers; null holds its accuracy fixed.</param>
/// <param name="ServiceTimes">Its measured service times; empty holds its service times fixed, as they are for a task at its measured budgets.</param>
/// <param name="ServiceFit">The fit of those times, whose weights the draws keep; null weighs them equally.</param>
public sealed record DecisionTask(
    TaskChoice Choice, AccuracyBootstrap? Accuracy, ImmutableArray<ServiceObservation> ServiceTimes, ServiceTimeFit? ServiceFit);

/// <summary>One task's budget over the replicates.</summary>
/// <param name="Task">Task name.</param>
/// <param name="BudgetTokens">Percentile interval of ℓ*.</param>
/// <param name="ShareWithoutThinking">Share of the replicates in which its budget is 0.</param>
public sealed record DecidedBudget(string Task, Interval BudgetTokens, double ShareWithoutThinking);

/// <summary>What sampling error does to the decision: percentile intervals of the re-optimised bootstrap.</summary>
/// <param name="Replicates">Replicates in the intervals.</param>
/// <param name="Infeasible">Further replicates in which no allocation was stable; they are in no interval.</param>
/// <param name="Level">Confidence level.</param>
/// <param name="Tasks">Each task's budget.</param>
/// <param name="Objective">J(ℓ*), in seconds.</param>
/// <param name="GainOverUniform">J(ℓ*) less J at the best uniform budget of the same replicate, in seconds.</param>
public sealed record DecisionReport(
    int Replicates, int Infeasible, double Level, ImmutableArray<DecidedBudget> Tasks, Interval Objective, Interval GainOverUniform);
