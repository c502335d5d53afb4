using System.Collections.Immutable;

namespace Calibration.Analysis.Curves;

/// <summary>What is drawn of a decision, whether it comes from a run or from a workload file.</summary>
public sealed record DecisionCurves
{
    /// <summary>The operating point in words.</summary>
    public required string Point { get; init; }

    /// <summary>α, in seconds.</summary>
    public required double AccuracyWeightSeconds { get; init; }

    /// <summary>λ, per second.</summary>
    public required double ArrivalRatePerSecond { get; init; }

    /// <summary>Names of the tasks in figures, in the order of all budgets here.</summary>
    public required ImmutableArray<string> Tasks { get; init; }

    /// <summary>ℓ* of each task.</summary>
    public required ImmutableArray<double> BestBudgets { get; init; }

    /// <summary>Accuracy and mean system time at ℓ*.</summary>
    public required FrontierPoint Chosen { get; init; }

    /// <summary>J by policy (Fig. 3): uniform budgets, the best of them, ℓ*.</summary>
    public required ImmutableArray<PolicyValue> Policies { get; init; }

    /// <summary>J as one task's budget runs (Fig. 4).</summary>
    public required BudgetSweep Sweep { get; init; }

    /// <summary>The optimum as α runs.</summary>
    public required ImmutableArray<FrontierPoint> ByWeight { get; init; }

    /// <summary>The optimum as λ runs.</summary>
    public required ImmutableArray<RatePoint> ByArrivalRate { get; init; }

    /// <summary>Replicates behind the intervals of J; 0 where J has none.</summary>
    public int Replicates { get; init; }

    /// <summary>Speed of a server with slots; absent for one query at a time.</summary>
    public ImmutableArray<double>? ServerSpeed { get; init; }

    /// <summary>The curves of a run's allocation, as they are stored.</summary>
    public static DecisionCurves Of(RunAllocation allocation)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        ImmutableArray<double> budgets = [.. allocation.Tasks.Select(task => task.BudgetTokens)];
        return new DecisionCurves
        {
            Point = AllocationPoint.Of(allocation).Caption,
            AccuracyWeightSeconds = allocation.AccuracyWeightSeconds,
            ArrivalRatePerSecond = allocation.ArrivalRatePerSecond,
            Tasks = [.. allocation.Tasks.Select(task => task.DisplayName)],
            BestBudgets = budgets,
            Chosen = new FrontierPoint(allocation.AccuracyWeightSeconds, allocation.Accuracy, allocation.MeanSystemTimeSeconds)
            {
                BudgetTokens = budgets,
            },
            Policies = [.. PolicyValue.Of(allocation)],
            Sweep = allocation.Sweep,
            ByWeight = allocation.Frontier,
            ByArrivalRate = allocation.ByArrivalRate,
            Replicates = allocation.Decision?.Replicates ?? 0,
            ServerSpeed = allocation.ServerSpeed,
        };
    }

    /// <summary>The same curves with a subset of the tasks in those that have one line per task.</summary>
    /// <param name="names">Names of the tasks to keep, as in <see cref="Tasks"/>.</param>
    public DecisionCurves Only(IReadOnlySet<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        int[] kept = [.. Enumerable.Range(0, Tasks.Length).Where(k => names.Contains(Tasks[k]))];
        ImmutableArray<double> Of(ImmutableArray<double> budgets) => budgets.IsEmpty ? [] : [.. kept.Select(k => budgets[k])];
        return this with
        {
            Tasks = [.. kept.Select(k => Tasks[k])],
            BestBudgets = Of(BestBudgets),
            Chosen = Chosen with { BudgetTokens = Of(Chosen.BudgetTokens) },
            ByWeight = [.. ByWeight.Select(point => point with { BudgetTokens = Of(point.BudgetTokens) })],
            ByArrivalRate = [.. ByArrivalRate.Select(point => point with { BudgetTokens = Of(point.BudgetTokens) })],
        };
    }
}
