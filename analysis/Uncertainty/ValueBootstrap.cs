using System.Collections.Immutable;
using Calibration.Analysis.Policies;
using Calibration.Fitting;
using Calibration.Optimizer;

namespace Calibration.Analysis.Uncertainty;

/// <summary>
/// The bootstrap of a given allocation under a run's model: each replicate draws answers, traces and lengths anew, as for the decision, and
/// says what the same budgets give and how much the replicate's own best allocation is above them.
/// </summary>
/// <param name="decided">The run's own workload and its best allocation.</param>
/// <param name="tasks">Its tasks with what their uncertainty is drawn from.</param>
/// <param name="budgets">The allocation, one budget per task.</param>
internal sealed class ValueBootstrap(SolvedWorkload decided, ImmutableArray<DecisionTask> tasks, ImmutableArray<double> budgets)
{
    private const double Level = 0.95;

    private readonly double _quantile = DecisionTask.QuantileOf(tasks, Level);

    private readonly MeasuredValue _data = MeasuredValue.OnData(decided.Workload, tasks);

    /// <summary>Number of replicates.</summary>
    internal int Replicates { get; init; } = 2_000;

    /// <summary>Threads; all processors by default.</summary>
    internal int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Runs the bootstrap.</summary>
    internal AllocationValue Run(int seed, CancellationToken cancellationToken = default)
    {
        Performance at = AnyBudget.At(decided.Workload, budgets.AsSpan());
        Outcome[] stable =
            at.IsStable ? new ReplicateLoop(tasks, Replicates, Threads).Run(seed, Value, cancellationToken) : [];
        return new AllocationValue
        {
            Budgets =
            [
                .. tasks.Select((task, k) => new ValuedBudget(
                    task.Model.Task,
                    budgets[k],
                    Share(IntervalOf(AccuracyOf(decided.Workload, k), stable, outcome => outcome.Accuracies[k])))
                {
                    ValuedAtTokens = CutOf(decided.Workload.Tasks[k], budgets[k]),
                    InterpolatedBetweenTokens =
                        AnyBudget.InterpolatedBetween(decided.Workload.Tasks[k], budgets[k]) is var (low, high) ? [low, high] : [],
                }),
            ],
            Performance = at,
            Replicates = stable.Length,
            Unstable = at.IsStable ? Replicates - stable.Length : 0,
            Objective = !at.IsStable ? null : IntervalOf(_data.At(budgets.AsSpan()), stable, outcome => outcome.Objective),
            Accuracy = Share(IntervalOf(at.Accuracy, stable, outcome => outcome.At.Accuracy)),
            MeanSystemTimeSeconds =
                !at.IsStable ? null : IntervalOf(at.MeanSystemTimeSeconds, stable, outcome => outcome.At.MeanSystemTimeSeconds),
            Loss = at.IsStable && stable.Length >= 2 ? LossOf(decided.Best.Performance.Objective - at.Objective, stable) : null,
        };
    }

    /// <summary>Where a budget is cut; null where it is not, or where no trace is longer, so that the cut changes nothing.</summary>
    private static double? CutOf(TaskModel task, double budget) =>
        task.LargestKnownTokens < Math.Min(budget, task.Natural?.Longest ?? double.PositiveInfinity) ? task.LargestKnownTokens : null;

    /// <summary>An accuracy's interval lies within 0 and 1.</summary>
    private static ValueInterval Share(ValueInterval accuracy) => accuracy.Interval is not { } interval
        ? accuracy
        : accuracy with { Interval = new Interval(Math.Max(0, interval.Low), Math.Min(1, interval.High)) };

    private double AccuracyOf(Workload workload, int task) => AnyBudget.At(workload.Tasks[task], budgets[task]).Accuracy;

    private Outcome? Value(DrawnTask[] drawn)
    {
        MeasuredValue own = _data.With(drawn);
        ProvedAllocation best = AllocationSolver.Solve(own.Workload, DecisionBootstrap.Options);
        Performance at = AnyBudget.At(own.Workload, budgets.AsSpan());
        if (best.Status == ProofStatus.Infeasible || !at.IsStable)
            return null;
        double given = own.At(budgets.AsSpan()), bestOnData = _data.At(best.Budgets.AsSpan());
        return double.IsFinite(bestOnData)
            ? new Outcome(at, given, own.At(best.Budgets.AsSpan()) - given, bestOnData - _data.At(budgets.AsSpan()))
            {
                ChosenLoss = own.At(decided.Best.Budgets.AsSpan()) - given,
                Accuracies = [.. Enumerable.Range(0, budgets.Length).Select(k => AccuracyOf(own.Workload, k))],
            }
            : null;
    }

    /// <summary>
    /// The loss of these budgets against the best ones. The best J on the data is too high as an estimate of the true best by half of
    /// Efron's optimism, because the maximum of noisy data is as far above the truth as the truth is above what the choice really gives.
    /// </summary>
    private CorrectedValue LossOf(double raw, Outcome[] stable)
    {
        double judged = _data.At(decided.Best.Budgets.AsSpan()) - _data.At(budgets.AsSpan());
        double optimism = stable.Average(outcome => outcome.Loss - outcome.LossOnData) / 2;
        double sampling = Math.Max(
            DecisionBootstrap.Deviation(Array.ConvertAll(stable, outcome => outcome.Loss)),
            DecisionBootstrap.Deviation(Array.ConvertAll(stable, outcome => outcome.ChosenLoss)));
        double deviation = DecisionBootstrap.WithMisfit(sampling, raw - judged);
        double half = _quantile * deviation, value = Math.Max(0, judged - optimism);
        return new CorrectedValue(raw, judged - value, deviation, new Interval(Math.Max(0, value - half), value + half))
        {
            Misfit = raw - judged,
        };
    }

    private ValueInterval IntervalOf(double value, Outcome[] stable, Func<Outcome, double> part)
    {
        if (stable.Length < 2)
            return new ValueInterval(value, null, null);
        double deviation = DecisionBootstrap.Deviation(Array.ConvertAll(stable, outcome => part(outcome)));
        double half = _quantile * deviation;
        return new ValueInterval(value, deviation, new Interval(value - half, value + half));
    }

    /// <param name="At">What the budgets imply by the replicate's shapes.</param>
    /// <param name="Objective">J there with the replicate's residuals.</param>
    /// <param name="Loss">J at the replicate's choice less that, on the replicate.</param>
    /// <param name="LossOnData">J at the replicate's choice less J at the budgets, on the data.</param>
    private sealed record Outcome(Performance At, double Objective, double Loss, double LossOnData)
    {
        /// <summary>J at the data's choice less J at the budgets, on the replicate.</summary>
        internal required double ChosenLoss { get; init; }

        /// <summary>Each task's accuracy at its budget by the replicate's shape.</summary>
        internal required double[] Accuracies { get; init; }
    }
}
