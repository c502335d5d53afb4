using System.Collections.Immutable;
using Calibration.Fitting;

namespace Calibration.Analysis;

/// <summary>J where every task has the same budget.</summary>
/// <param name="BudgetTokens">The budget.</param>
/// <param name="Objective">J, in seconds.</param>
public sealed record UniformAllocation(int BudgetTokens, double Objective)
{
    /// <summary>Tasks whose largest measured budget is below it: their part is extrapolated, or cut at what their shape offers.</summary>
    public ImmutableArray<string> ExtrapolatedTasks { get; init; } = [];

    /// <summary>Tasks of which neither the budget was measured nor a curve is known: their accuracy is interpolated.</summary>
    public ImmutableArray<string> InterpolatedTasks { get; init; } = [];

    /// <summary>Percentile interval of J over the replicates in which the budget is stable; absent without a bootstrap.</summary>
    public Interval? Interval { get; init; }
}

/// <summary>The best uniform budget.</summary>
/// <param name="BudgetTokens">The budget, in thinking tokens.</param>
/// <param name="Objective">J there, in seconds.</param>
public sealed record UniformPoint(double BudgetTokens, double Objective)
{
    /// <summary>Interval of J with the optimism subtracted; absent without a bootstrap.</summary>
    public Interval? Interval { get; init; }
}

/// <summary>J as one task's budget runs.</summary>
/// <param name="Task">Task name in files.</param>
/// <param name="DisplayName">Task name in figures.</param>
/// <param name="BestBudgetTokens">The task's ℓ*.</param>
/// <param name="Queries">Queries of each replication of a simulated point.</param>
/// <param name="Points">The points in order of the budget.</param>
public sealed record BudgetSweep(string Task, string DisplayName, double BestBudgetTokens, int Queries, ImmutableArray<SweepPoint> Points)
{
    /// <summary>Replications of each simulated point; 1 in files of schema 1.</summary>
    public int Replications { get; init; } = 1;

    /// <summary>Whether the task has no curve, so that its accuracy is interpolated between its measured budgets.</summary>
    public bool Interpolated { get; init; }
}

/// <summary>One point of a sweep.</summary>
/// <param name="BudgetTokens">The running budget.</param>
/// <param name="Objective">J by the formulas.</param>
/// <param name="LowerBound">J̄ by equation (41); absent where its condition does not hold.</param>
/// <param name="Simulated">Mean J of the simulated queues; absent between the circles.</param>
public sealed record SweepPoint(double BudgetTokens, double Objective, double? LowerBound, double? Simulated)
{
    /// <summary>95 % interval of that mean over the replications; absent between the circles, and in files of schema 1.</summary>
    public Interval? SimulatedInterval { get; init; }
}

/// <summary>The optimum at one accuracy weight.</summary>
/// <param name="AccuracyWeightSeconds">α.</param>
/// <param name="Accuracy">Mean accuracy there.</param>
/// <param name="MeanSystemTimeSeconds">Mean system time there.</param>
public sealed record FrontierPoint(double AccuracyWeightSeconds, double Accuracy, double MeanSystemTimeSeconds)
{
    /// <summary>ℓ* in the order of the tasks; empty in files of schema 1.</summary>
    public ImmutableArray<double> BudgetTokens { get; init; } = [];
}

/// <summary>The optimum at one arrival rate.</summary>
/// <param name="ArrivalRatePerSecond">λ.</param>
/// <param name="BudgetTokens">ℓ* in the order of the tasks.</param>
public sealed record RatePoint(double ArrivalRatePerSecond, ImmutableArray<double> BudgetTokens);
