using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>A mixed stream of queries at one server, and the weight of accuracy against time.</summary>
/// <param name="ArrivalRatePerSecond">Poisson rate λ of all queries, above 0.</param>
/// <param name="AccuracyWeightSeconds">Weight α of accuracy in J, in seconds per unit of accuracy, above 0.</param>
/// <param name="Tasks">The task types; their probabilities sum to 1.</param>
public sealed record Workload(double ArrivalRatePerSecond, double AccuracyWeightSeconds, ImmutableArray<TaskModel> Tasks)
{
    /// <summary>The server; by default it serves one query at a time, as in the paper.</summary>
    public Server Server { get; init; } = Server.OneAtATime;

    /// <summary>
    /// Whether it is the paper's model, on which its iterations and bounds are defined: one query at a time, exponential curves, service
    /// times t0 + cℓ without natural lengths.
    /// </summary>
    public bool IsPapers => Server.IsOneAtATime && Tasks.All(task => task.IsPapers);

    /// <summary>Everything that an allocation (one budget per task, in the tasks' order) implies by the formulas.</summary>
    public Performance At(ReadOnlySpan<double> budgets)
    {
        if (budgets.Length != Tasks.Length)
            throw new ArgumentException($"{budgets.Length} budgets were given for {Tasks.Length} tasks.", nameof(budgets));
        double first = 0, second = 0, accuracy = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            TaskModel task = Tasks[k];
            (double mean, double square) = task.ServiceAt(budgets[k]);
            first += task.Probability * mean;
            second += task.Probability * square;
            accuracy += task.Probability * task.AccuracyAt(budgets[k]);
        }

        return new Performance(ArrivalRatePerSecond, AccuracyWeightSeconds, first, second, accuracy) { Server = Server };
    }
}
