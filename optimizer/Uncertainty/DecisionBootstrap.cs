using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer.Queueing;
using Calibration.Optimizer.Solving;

namespace Calibration.Optimizer.Uncertainty;

/// <summary>
/// The bootstrap through to the decision: each replicate draws every task's answers and traces anew, fits them and
/// optimises again. Tasks at their measured budgets stay so, with the replicate's proportions; a budget at which the drawn
/// problems have no answer is no choice in that replicate. Replicate i depends on the seed and i only.
/// </summary>
public static class DecisionBootstrap
{
    /// <summary>Runs the bootstrap.</summary>
    /// <param name="arrivalRatePerSecond">λ.</param>
    /// <param name="accuracyWeightSeconds">α.</param>
    /// <param name="tasks">The tasks of the decision.</param>
    /// <param name="replicates">Replicates, 2 or more.</param>
    /// <param name="seed">Seed of all draws.</param>
    /// <param name="level">Confidence level.</param>
    /// <param name="threads">Threads; all processors by default.</param>
    /// <returns>The intervals; null where no replicate was stable.</returns>
    public static DecisionReport? Run(
        double arrivalRatePerSecond,
        double accuracyWeightSeconds,
        ImmutableArray<DecisionTask> tasks,
        int replicates = 2_000,
        int seed = 1,
        double level = 0.95,
        int? threads = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicates, 2);
        var outcomes = new Outcome?[replicates];
        int workers = Math.Clamp(threads ?? Environment.ProcessorCount, 1, replicates);
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, worker =>
        {
            var draw = new TaskDraw[tasks.Length];
            for (int k = 0; k < draw.Length; k++)
                draw[k] = new TaskDraw(tasks[k], DrawSeed.Of(seed, k, DrawnPart.Answers), DrawSeed.Of(seed, k, DrawnPart.ServiceTimes));
            for (int i = worker; i < replicates; i += workers)
                outcomes[i] = Decide(arrivalRatePerSecond, accuracyWeightSeconds, draw, i);
        });
        Outcome[] stable = [.. outcomes.OfType<Outcome>()];
        if (stable.Length == 0)
            return null;
        return new DecisionReport(
            stable.Length,
            replicates - stable.Length,
            level,
            [.. tasks.Select((task, k) => new DecidedBudget(NameOf(task.Choice), Percentiles([.. stable.Select(outcome => outcome.Budgets[k])], level), stable.Count(outcome => outcome.Budgets[k] <= 0) / (double)stable.Length))],
            Percentiles([.. stable.Select(outcome => outcome.Objective)], level),
            Percentiles([.. stable.Select(outcome => outcome.Gain)], level));
    }

    private static Outcome? Decide(double lambda, double alpha, TaskDraw[] draw, int index)
    {
        ImmutableArray<TaskChoice> choices = [.. draw.Select(task => task.Next(index))];
        if (MixedSolver.Solve(lambda, alpha, choices) is not { Allocation.Ending: not SolverEnding.Infeasible } best || UniformSolver.Solve(lambda, alpha, choices) is not { } uniform)
            return null;
        double objective = best.Allocation.Performance.Objective;
        return new Outcome(best.Budgets, objective, objective - uniform.Objective);
    }

    private static string NameOf(TaskChoice choice) => choice.Model?.Task ?? choice.Measured!.Task;

    /// <summary>Percentiles by linear interpolation between order statistics.</summary>
    private static Interval Percentiles(double[] values, double level)
    {
        Array.Sort(values);
        return new Interval(At((1 - level) / 2), At((1 + level) / 2));

        double At(double share)
        {
            double rank = share * (values.Length - 1);
            int below = Math.Min((int)rank, values.Length - 1), above = Math.Min(below + 1, values.Length - 1);
            return values[below] + ((rank - below) * (values[above] - values[below]));
        }
    }

    private sealed record Outcome(ImmutableArray<double> Budgets, double Objective, double Gain);
}
