using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>A task with its curve, or one known only at its measured budgets.</summary>
public sealed record TaskChoice
{
    private TaskChoice(TaskModel? model, MeasuredTask? measured) => (Model, Measured) = (model, measured);

    /// <summary>The task with its curve; null where it has none.</summary>
    public TaskModel? Model { get; }

    /// <summary>The task at its measured budgets; null where it has a curve.</summary>
    public MeasuredTask? Measured { get; }

    /// <summary>A task with an identified curve.</summary>
    public static TaskChoice Of(TaskModel model) => new(model, null);

    /// <summary>A task without one.</summary>
    public static TaskChoice Of(MeasuredTask measured) => new(null, measured);

    /// <summary>The task for the formulas, where a measured one is held at <paramref name="budgetTokens"/>.</summary>
    public TaskModel At(double budgetTokens) => Model ?? Measured!.HeldAt(budgetTokens);
}

/// <summary>The joint optimum of tasks with curves and tasks held at measured budgets.</summary>
/// <param name="Workload">The workload with the held tasks as constants.</param>
/// <param name="Allocation">The solution; a held task's budget there is 0, see <paramref name="Budgets"/>.</param>
/// <param name="Budgets">Every task's budget, the held ones' measured.</param>
public sealed record MixedAllocation(Workload Workload, Allocation Allocation, ImmutableArray<double> Budgets);

/// <summary>
/// ℓ* of the tasks that have a curve, together with the best measured budgets of those that have none: each
/// combination of measured budgets is one concave problem, and all are solved.
/// </summary>
public static class MixedSolver
{
    private const long CombinationLimit = 2_000_000;

    /// <summary>Solves the joint problem.</summary>
    /// <exception cref="ArgumentException">There are more than two million combinations of measured budgets.</exception>
    public static MixedAllocation Solve(double arrivalRatePerSecond, double accuracyWeightSeconds, ImmutableArray<TaskChoice> tasks)
    {
        int[] held = [.. Enumerable.Range(0, tasks.Length).Where(k => tasks[k].Measured is not null)];
        long combinations = held.Aggregate(1L, (product, k) => Math.Min(CombinationLimit + 1, product * tasks[k].Measured!.Budgets.Length));
        if (combinations > CombinationLimit)
            throw new ArgumentException($"{held.Length} tasks without a curve have too many combinations of measured budgets; measure fewer budgets.", nameof(tasks));
        MixedAllocation? best = null;
        for (long combination = 0; combination < combinations; combination++)
        {
            var budgets = new double[tasks.Length];
            long rest = combination;
            foreach (int k in held)
            {
                ImmutableArray<MeasuredBudget> measured = tasks[k].Measured!.Budgets;
                budgets[k] = measured[(int)(rest % measured.Length)].BudgetTokens;
                rest /= measured.Length;
            }

            var workload = new Workload(arrivalRatePerSecond, accuracyWeightSeconds, [.. tasks.Select((task, k) => task.At(budgets[k]))]);
            Allocation allocation = AllocationSolver.Solve(workload);
            if (best is not null && !(allocation.Performance.Objective > best.Allocation.Performance.Objective))
                continue;
            best = new MixedAllocation(workload, allocation, [.. budgets.Select((budget, k) => tasks[k].Measured is null ? allocation.Budgets[k] : budget)]);
        }

        return best!;
    }
}
