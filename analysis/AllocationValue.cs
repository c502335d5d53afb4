using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Calibration.Fitting;
using Calibration.Optimizer;

namespace Calibration.Analysis;

/// <summary>What a given allocation gives under a run's model, and what sampling error does to that.</summary>
public sealed record AllocationValue
{
    /// <summary>The allocation, in the order of the run's tasks.</summary>
    public required ImmutableArray<ValuedBudget> Budgets { get; init; }

    /// <summary>What the budgets imply; unstable where the queue grows without end.</summary>
    [JsonIgnore]
    public Performance Performance { get; init; }

    /// <summary>Utilization; 1 or more where the queue is not stable.</summary>
    public double Utilization => Performance.Utilization;

    /// <summary>Replicates in the intervals.</summary>
    public required int Replicates { get; init; }

    /// <summary>Further replicates in which these budgets were not stable; they are in no interval.</summary>
    public required int Unstable { get; init; }

    /// <summary>J, in seconds; absent where the budgets are not stable.</summary>
    public required ValueInterval? Objective { get; init; }

    /// <summary>Mean accuracy.</summary>
    public required ValueInterval Accuracy { get; init; }

    /// <summary>Mean system time; absent where the budgets are not stable.</summary>
    public required ValueInterval? MeanSystemTimeSeconds { get; init; }

    /// <summary>
    /// The best J less J at these budgets, in seconds and at least 0, with half of the optimism of the best taken off; absent where the
    /// budgets are not stable.
    /// </summary>
    public CorrectedValue? Loss { get; init; }

    /// <summary>Whether some budget is valued as a smaller one, so that the loss may be larger than it says.</summary>
    [JsonIgnore]
    public bool IsCut => Budgets.Any(at => at.ValuedAtTokens is not null);
}

/// <summary>A budget of a given allocation.</summary>
/// <param name="Task">Task name.</param>
/// <param name="BudgetTokens">Its budget, in thinking tokens.</param>
/// <param name="Accuracy">The task's accuracy there.</param>
public sealed record ValuedBudget(string Task, double BudgetTokens, ValueInterval Accuracy)
{
    /// <summary>
    /// The largest budget of which the run knows something, as which a larger one is valued. Absent where the budget is valued as itself.
    /// </summary>
    public double? ValuedAtTokens { get; init; }

    /// <summary>
    /// The measured budgets on both sides, in ascending order, where no curve is known and the accuracy is interpolated; else empty.
    /// </summary>
    public ImmutableArray<double> InterpolatedBetweenTokens { get; init; } = [];
}

/// <summary>A value with its 95 % interval.</summary>
/// <param name="Value">The value.</param>
/// <param name="StandardError">Its standard error; absent where it is not known.</param>
/// <param name="Interval">Its interval; absent where it is not known.</param>
public sealed record ValueInterval(double Value, double? StandardError, Interval? Interval);
