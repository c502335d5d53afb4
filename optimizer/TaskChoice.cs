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
