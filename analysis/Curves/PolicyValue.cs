using Calibration.Fitting;

namespace Calibration.Analysis.Curves;

/// <summary>What a policy is.</summary>
public enum PolicyKind
{
    /// <summary>One budget for all tasks, as named.</summary>
    Uniform,

    /// <summary>The best budget that all tasks can share.</summary>
    BestUniform,

    /// <summary>ℓ*, one budget per task.</summary>
    Optimal,
}

/// <summary>J of one policy.</summary>
/// <param name="Kind">What the policy is.</param>
/// <param name="BudgetTokens">The budget that all tasks share; absent for ℓ*.</param>
/// <param name="Objective">J in seconds; absent where the queue is not stable.</param>
public sealed record PolicyValue(PolicyKind Kind, double? BudgetTokens, double? Objective)
{
    /// <summary>95 % interval of J; absent where there are no data to draw from.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Whether the budget is beyond the largest measured one of some task.</summary>
    public bool Extrapolated { get; init; }

    /// <summary>Whether it was not measured for some task that has no curve there.</summary>
    public bool Interpolated { get; init; }

    internal static PolicyValue Of(UniformAllocation at) => new(PolicyKind.Uniform, at.BudgetTokens, at.Objective)
    {
        Interval = at.Interval,
        Extrapolated = !at.ExtrapolatedTasks.IsEmpty,
        Interpolated = !at.InterpolatedTasks.IsEmpty,
    };

    internal static IEnumerable<PolicyValue> Of(RunAllocation allocation)
    {
        IEnumerable<PolicyValue> uniform =
        [
            .. allocation.Uniform.Select(Of),
            .. allocation.UnstableUniform.Select(budget => new PolicyValue(PolicyKind.Uniform, budget, null)),
        ];
        return
        [
            .. uniform.OrderBy(policy => policy.BudgetTokens),
            .. allocation.BestUniform is { } best
                ? [new PolicyValue(PolicyKind.BestUniform, best.BudgetTokens, best.Objective) { Interval = best.Interval }]
                : Array.Empty<PolicyValue>(),
            new PolicyValue(PolicyKind.Optimal, null, allocation.Objective)
            {
                Interval = allocation.Decision?.Objective.Interval,
                Extrapolated = allocation.Tasks.Any(task => task.Extrapolated),
            },
        ];
    }
}
