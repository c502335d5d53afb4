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

    /// <summary>Series have other draws than pairs.</summary>
    private const int FirstSeed = 1_000_000;

    /// <summary>Compares the pair of a seed.</summary>
    internal Pair Run(int seed)
    {
        Tested tested = Test(before.Draw(2 * seed), after.Draw((2 * seed) + 1), seed);
        double threshold = Holm.Threshold(tested.PValues);
        return new Pair(
            tested.PValues.Count(p => p <= threshold),
            KeepRule.Decide(tested.Kept, Tolerable, KeepRule.PValue(tested.Kept) <= threshold, tested.PValues.Length),
            tested.Kept.Loss!,
            after.BestTrueValue - after.TrueValueOf([.. tested.Kept.Budgets.Select(at => at.BudgetTokens)]));
    }

    /// <summary>Number of claims where several later experiments are compared with one old one, all with one error.</summary>
    internal int ClaimsOf(int seed, int later)
    {
        ImmutableArray<DecisionStudy.DrawnExperiment> first = before.Draw(FirstSeed + (seed * (later + 1)));
        double[] pValues =
        [
            .. Enumerable.Range(1, later).SelectMany(i =>
                Test(first, after.Draw(FirstSeed + (seed * (later + 1)) + i), seed).PValues),
        ];
        double threshold = Holm.Threshold(pValues);
        return pValues.Count(p => p <= threshold);
    }

    private Tested Test(
        ImmutableArray<DecisionStudy.DrawnExperiment> old, ImmutableArray<DecisionStudy.DrawnExperiment> now, int seed)
    {
        ImmutableArray<DecisionTask> oldTasks = [.. old.Select(task => task.Task)], newTasks = [.. now.Select(task => task.Task)];
        SolvedWorkload oldBest = DecisionStudy.Solve(oldTasks, task => task.Model);
        SolvedWorkload newBest = DecisionStudy.Solve(newTasks, task => task.Model);
        ImmutableArray<double> kept = [.. oldBest.Best.Budgets.Select(Math.Round)];
        AllocationValue value = new ValueBootstrap(newBest, newTasks, kept) { Replicates = after.Replicates, Threads = 1 }.Run(seed);
        ValueDifference objective = ValueDifferences.Of(
            "J", ReportOf(oldBest, oldTasks, seed).Objective, ReportOf(newBest, newTasks, seed).Objective);
        return new Tested([.. old.Zip(now, TaskOf)], objective, value);
    }

    private DecisionReport ReportOf(SolvedWorkload decided, ImmutableArray<DecisionTask> tasks, int seed)
    {
        SolvedWorkload measured = DecisionStudy.Solve(tasks, task => task.Measured);
        return new DecisionBootstrap(decided, measured, tasks) { Replicates = after.Replicates, Threads = 1 }.Run(seed)!;
    }

    private static TaskComparison TaskOf(DecisionStudy.DrawnExperiment old, DecisionStudy.DrawnExperiment now) => new()
    {
        Task = now.Task.Model.Task,
        DisplayName = now.Task.Model.Task,
        PairedProblems = now.Cells.Length,
        Accuracy = AccuracyDifferences.Of(old.Cells, now.Cells, paired: true),
        Parameters =
        [
            ValueDifferences.Of("A", old.Accuracy.A, now.Accuracy.A),
            ValueDifferences.Of("b", old.Accuracy.B, now.Accuracy.B),
            ValueDifferences.Of("D", old.Accuracy.D, now.Accuracy.D),
            ValueDifferences.Of("t0_s", old.Service.T0Seconds, now.Service.T0Seconds),
            ValueDifferences.Of("c_s_per_token", old.Service.SecondsPerToken, now.Service.SecondsPerToken),
        ],
    };

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
