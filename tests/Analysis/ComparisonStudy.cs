using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Comparing;
using Calibration.Analysis.Uncertainty;

namespace Calibration.Tests.Analysis;

/// <summary>Pairs of invented experiments, an old and a new one, compared as two runs are.</summary>
/// <param name="before">Experiments of the old model.</param>
/// <param name="after">Experiments of the new model.</param>
internal sealed class ComparisonStudy(DecisionStudy before, DecisionStudy after)
{
    private const double Tolerable = 0.3;

    /// <summary>Compares the pair of a seed.</summary>
    internal Pair Run(int seed)
    {
        ImmutableArray<DecisionStudy.DrawnExperiment> old = before.Draw(2 * seed), now = after.Draw((2 * seed) + 1);
        ImmutableArray<DecisionTask> oldTasks = [.. old.Select(task => task.Task)], newTasks = [.. now.Select(task => task.Task)];
        SolvedWorkload oldBest = DecisionStudy.Solve(oldTasks, task => task.Model);
        SolvedWorkload newBest = DecisionStudy.Solve(newTasks, task => task.Model);
        ImmutableArray<double> kept = [.. oldBest.Best.Budgets.Select(Math.Round)];
        AllocationValue value = new ValueBootstrap(newBest, newTasks, kept) { Replicates = after.Replicates, Threads = 1 }.Run(seed);
        ValueDifference objective = ValueDifferences.Of(
            "J", ReportOf(oldBest, oldTasks, seed).Objective, ReportOf(newBest, newTasks, seed).Objective);
        double? loss = KeepRule.PValue(value);
        double[] tests =
        [
            .. old.Zip(now).SelectMany(pair => AccuracyDifferences.Of(pair.First.Cells, pair.Second.Cells, paired: true))
                .Select(at => at.PValue),
            .. old.Zip(now, Parameters).SelectMany(all => all).Select(parameter => parameter.PValue).OfType<double>(),
            .. new[] { objective.PValue, loss }.OfType<double>(),
        ];
        double threshold = Holm.Threshold(tests);
        return new Pair(
            tests.Count(p => p <= threshold),
            KeepRule.Decide(value, Tolerable, loss <= threshold, tests.Length),
            value.Loss!,
            after.BestTrueValue - after.TrueValueOf(kept));
    }

    private DecisionReport ReportOf(SolvedWorkload decided, ImmutableArray<DecisionTask> tasks, int seed)
    {
        SolvedWorkload measured = DecisionStudy.Solve(tasks, task => task.Measured);
        return new DecisionBootstrap(decided, measured, tasks) { Replicates = after.Replicates, Threads = 1 }.Run(seed)!;
    }

    private static IEnumerable<ValueDifference> Parameters(DecisionStudy.DrawnExperiment old, DecisionStudy.DrawnExperiment now) =>
    [
        ValueDifferences.Of("A", old.Accuracy.A, now.Accuracy.A),
        ValueDifferences.Of("b", old.Accuracy.B, now.Accuracy.B),
        ValueDifferences.Of("D", old.Accuracy.D, now.Accuracy.D),
        ValueDifferences.Of("t0_s", old.Service.T0Seconds, now.Service.T0Seconds),
        ValueDifferences.Of("c_s_per_token", old.Service.SecondsPerToken, now.Service.SecondsPerToken),
    ];

    /// <summary>What one comparison said.</summary>
    /// <param name="Claims">Differences that are claimed.</param>
    /// <param name="Decision">Whether to keep the old allocation.</param>
    /// <param name="Loss">What keeping it costs, as estimated.</param>
    /// <param name="TrueLoss">What keeping it really costs.</param>
    internal sealed record Pair(int Claims, KeepDecision Decision, CorrectedValue Loss, double TrueLoss)
    {
        internal bool Holds => Loss.Interval.Low <= TrueLoss && TrueLoss <= Loss.Interval.High;
    }
}
