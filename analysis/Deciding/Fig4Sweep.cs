using System.Collections.Immutable;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Queueing;
using Calibration.Optimizer.Solving;
using Calibration.Results;

namespace Calibration.Analysis.Deciding;

/// <summary>J as one task's budget runs and the others stay at ℓ*: the data of Fig. 4.</summary>
internal static class Fig4Sweep
{
    private const int Queries = 10_000;

    internal static BudgetSweep Of(RunFits fits, ImmutableArray<TaskChoice> choices, MixedAllocation mixed, AllocationRequest request)
    {
        OperatingPoint point = request.Point;
        int swept = Enumerable.Range(0, choices.Length)
            .OrderByDescending(k => choices[k].Model is not null)
            .ThenByDescending(k => Decision.FitsOf(fits, choices[k]).Task == request.SweepTask)
            .ThenByDescending(k => mixed.Budgets[k]).First();
        TaskFits task = Decision.FitsOf(fits, choices[swept]);
        int largest = Math.Clamp(Math.Min(task.Accuracy.Points[^1].BudgetTokens, point.MaxBudgetTokens), 1, 1_000);
        var points = ImmutableArray.CreateBuilder<SweepPoint>();
        for (int step = 0; step <= 100; step++)
        {
            double[] budgets = [.. mixed.Budgets];
            budgets[swept] = largest * step / 100.0;
            (Workload workload, double[] free, Performance performance) = At(choices, point, budgets);
            if (!performance.IsStable)
                break;
            double? simulated = step % 5 == 0 ? Simulate(workload, free, unchecked((request.Seed * 1_000) + step)) : null;
            points.Add(new SweepPoint(budgets[swept], performance.Objective, RoundingBound.At(workload, free), simulated));
        }

        return new BudgetSweep(task.Task, task.DisplayName, mixed.Budgets[swept], Queries, points.ToImmutable());
    }

    private static double Simulate(Workload workload, double[] budgets, int seed)
    {
        SimulatedOutcome outcome = QueueSimulation.Run(workload, budgets, Queries, Queries / 10, seed);
        return (workload.AccuracyWeightSeconds * outcome.Accuracy) - outcome.MeanSystemTimeSeconds;
    }

    /// <summary>Tasks held at measured budgets become constants, whose free budget is 0.</summary>
    internal static (Workload Workload, double[] Free, Performance Performance) At(
        ImmutableArray<TaskChoice> choices, OperatingPoint point, double[] budgets)
    {
        var workload = new Workload(point.ArrivalRatePerS, point.AccuracyWeightS, [.. choices.Select((choice, k) => choice.At(budgets[k]))]);
        double[] free = [.. budgets.Select((budget, k) => choices[k].Measured is null ? budget : 0)];
        return (workload, free, workload.At(free));
    }
}
