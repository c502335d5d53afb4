using Calibration.Fitting;

namespace Calibration.Optimizer;

/// <summary>One task type of a workload: how often it comes, what thinking gains it, and what thinking costs it.</summary>
/// <param name="Task">Task name.</param>
/// <param name="Probability">Share π_k of the queries, above 0.</param>
/// <param name="Accuracy">Equation (2).</param>
/// <param name="Service">Equation (1).</param>
/// <param name="MaxBudgetTokens">Largest budget ℓ_max of this task, 0 or more; 0 holds the task at no thinking.</param>
public sealed record TaskModel(string Task, double Probability, AccuracyCurve Accuracy, ServiceTimeLine Service, double MaxBudgetTokens)
{
    /// <summary>Variance σ_k² of service times at one budget, in s²; the paper's model has 0.</summary>
    public double ServiceVariance { get; init; }

    /// <summary>
    /// A task held at a measured budget, whatever its curve: its accuracy and service time there are constants. In the
    /// formulas it is a task without thinking whose t0 is the service time at the held budget.
    /// </summary>
    public static TaskModel Held(string task, double probability, double accuracy, double serviceSeconds) =>
        new(task, probability, new AccuracyCurve(0, 1, accuracy), new ServiceTimeLine(serviceSeconds, 1), 0);
}
