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

    /// <summary>The task for the formulas; a measured one is fixed at <paramref name="budgetTokens"/>.</summary>
    public TaskModel At(double budgetTokens) => Model ?? Measured!.FixedAt(budgetTokens);
}

/// <summary>One measured budget of a task: what it gives and what it costs, without a model.</summary>
/// <param name="BudgetTokens">Budget in thinking tokens.</param>
/// <param name="Accuracy">Accuracy there, non-decreasing over the budgets.</param>
/// <param name="ServiceSeconds">Mean service time there.</param>
public sealed record MeasuredBudget(int BudgetTokens, double Accuracy, double ServiceSeconds)
{
    /// <summary>Variance σ² of the service times there, in s²; 0 by default.</summary>
    public double ServiceVariance { get; init; }
}

/// <summary>A task type known only at its measured budgets.</summary>
/// <param name="Task">Task name.</param>
/// <param name="Probability">Share of the queries.</param>
/// <param name="Budgets">The measured budgets, ascending; at least one.</param>
public sealed record MeasuredTask(string Task, double Probability, ImmutableArray<MeasuredBudget> Budgets)
{
    /// <summary>The task fixed at a budget; between measured budgets linear, beyond them constant in accuracy.</summary>
    public TaskModel FixedAt(double budgetTokens)
    {
        int above = 0;
        while (above < Budgets.Length && Budgets[above].BudgetTokens < budgetTokens)
            above++;
        if (above == 0 || above == Budgets.Length)
        {
            MeasuredBudget edge = above == 0 ? Budgets[0] : Budgets[^1];
            return TaskModel.Held(Task, Probability, edge.Accuracy, edge.ServiceSeconds + (SecondsPerToken() * (budgetTokens - edge.BudgetTokens))) with { ServiceVariance = edge.ServiceVariance };
        }

        (MeasuredBudget low, MeasuredBudget high) = (Budgets[above - 1], Budgets[above]);
        double share = (budgetTokens - low.BudgetTokens) / (high.BudgetTokens - low.BudgetTokens);
        return TaskModel.Held(
            Task,
            Probability,
            low.Accuracy + (share * (high.Accuracy - low.Accuracy)),
            low.ServiceSeconds + (share * (high.ServiceSeconds - low.ServiceSeconds))) with
        { ServiceVariance = low.ServiceVariance + (share * (high.ServiceVariance - low.ServiceVariance)) };
    }

    private double SecondsPerToken() => Budgets.Length < 2 || Budgets[^1].BudgetTokens == Budgets[0].BudgetTokens
        ? 0
        : Math.Max(0, (Budgets[^1].ServiceSeconds - Budgets[0].ServiceSeconds) / (Budgets[^1].BudgetTokens - Budgets[0].BudgetTokens));
}
