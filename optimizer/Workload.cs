using System.Collections.Immutable;

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
