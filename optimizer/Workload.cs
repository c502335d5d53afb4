using System.Collections.Immutable;
using Calibration.Fitting;

namespace Calibration.Optimizer;

/// <summary>A mixed stream of queries at one FIFO server, and the weight of accuracy against time.</summary>
/// <param name="ArrivalRatePerSecond">Poisson rate λ of all queries, above 0.</param>
/// <param name="AccuracyWeightSeconds">Weight α of accuracy in J, in seconds per unit of accuracy, above 0.</param>
/// <param name="Tasks">The task types; their probabilities sum to 1.</param>
public sealed record Workload(double ArrivalRatePerSecond, double AccuracyWeightSeconds, ImmutableArray<TaskModel> Tasks)
{
    /// <summary>Everything that an allocation (one budget a task, in the tasks' order) implies by the M/G/1 formulas.</summary>
    public Performance At(ReadOnlySpan<double> budgets)
    {
        if (budgets.Length != Tasks.Length)
            throw new ArgumentException($"{budgets.Length} budgets were given for {Tasks.Length} tasks.", nameof(budgets));
        double first = 0, second = 0, accuracy = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            TaskModel task = Tasks[k];
            double seconds = task.Service.At(budgets[k]);
            first += task.Probability * seconds;
            second += task.Probability * ((seconds * seconds) + task.ServiceVariance);
            accuracy += task.Probability * task.Accuracy.At(budgets[k]);
        }

        return new Performance(ArrivalRatePerSecond, AccuracyWeightSeconds, first, second, accuracy);
    }
}

/// <summary>What an allocation implies at one operating point.</summary>
/// <param name="ArrivalRatePerSecond">Arrival rate λ.</param>
/// <param name="AccuracyWeightSeconds">Accuracy weight α.</param>
/// <param name="MeanServiceSeconds">E[S], equation (3).</param>
/// <param name="MeanSquareServiceSeconds2">E[S²] in s², equation (3).</param>
/// <param name="Accuracy">Mean accuracy Σ π_k p_k.</param>
public readonly record struct Performance(
    double ArrivalRatePerSecond, double AccuracyWeightSeconds, double MeanServiceSeconds, double MeanSquareServiceSeconds2, double Accuracy)
{
    /// <summary>Utilization ρ = λE[S].</summary>
    public double Utilization => ArrivalRatePerSecond * MeanServiceSeconds;

    /// <summary>Whether the queue is stable, equation (4).</summary>
    public bool IsStable => Utilization < 1;

    /// <summary>Mean wait E[W] by Pollaczek and Khinchine, equation (5); infinite where the queue is not stable.</summary>
    public double MeanWaitSeconds =>
        IsStable ? ArrivalRatePerSecond * MeanSquareServiceSeconds2 / (2 * (1 - Utilization)) : double.PositiveInfinity;

    /// <summary>Mean system time E[W] + E[S], equation (6).</summary>
    public double MeanSystemTimeSeconds => MeanWaitSeconds + MeanServiceSeconds;

    /// <summary>Objective J in seconds, equation (7); negative infinity where the queue is not stable.</summary>
    public double Objective => (AccuracyWeightSeconds * Accuracy) - MeanSystemTimeSeconds;
}

/// <summary>One task type of a workload: how often it comes, what thinking gains it, and what thinking costs it.</summary>
/// <param name="Task">Task name.</param>
/// <param name="Probability">Share π_k of the queries, above 0.</param>
/// <param name="Accuracy">Equation (2).</param>
/// <param name="Service">Equation (1).</param>
/// <param name="MaxBudgetTokens">Largest budget ℓ_max of this task, 0 or more; 0 holds the task at no thinking.</param>
public sealed record TaskModel(string Task, double Probability, ExponentialAccuracy Accuracy, ServiceTimeLine Service, double MaxBudgetTokens)
{
    /// <summary>Variance σ_k² of service times at one budget, in s²; the paper's model has 0.</summary>
    public double ServiceVariance { get; init; }

    /// <summary>
    /// A task held at a measured budget, whatever its curve: its accuracy and service time there are constants. In the
    /// formulas it is a task without thinking whose t0 is the service time at the held budget.
    /// </summary>
    public static TaskModel Held(string task, double probability, double accuracy, double serviceSeconds) =>
        new(task, probability, new ExponentialAccuracy(0, 1, accuracy), new ServiceTimeLine(serviceSeconds, 1), 0);
}

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
    /// <summary>The task held at a budget; between measured budgets linear, beyond them constant in accuracy.</summary>
    public TaskModel HeldAt(double budgetTokens)
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
