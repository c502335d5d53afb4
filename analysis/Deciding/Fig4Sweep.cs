using System.Collections.Immutable;
using Calibration.Analysis.Policies;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Queueing;

namespace Calibration.Analysis.Deciding;

/// <summary>J as one task's budget runs and the others stay at ℓ*: the data of Fig. 4.</summary>
internal sealed class Fig4Sweep(Workload workload, ProvedAllocation best, PaperView? paper, AllocationRequest request)
{
    private const int Queries = 10_000;
    private const int Steps = 100;
    private const int StepsPerCircle = 5;

    /// <summary>The sweep of the wanted task, or where it has no curve, of one that has.</summary>
    internal BudgetSweep Of(ImmutableArray<TaskFits> tasks)
    {
        int swept = Enumerable.Range(0, tasks.Length)
            .OrderByDescending(k => workload.Tasks[k].Accuracy is not PointAccuracy)
            .ThenByDescending(k => tasks[k].Task == request.SweepTask)
            .ThenByDescending(k => best.Budgets[k]).First();
        TaskFits task = tasks[swept];
        double most = Math.Min(task.Accuracy.Points[^1].BudgetTokens, workload.Tasks[swept].LargestBudgetTokens);
        double largest = Math.Clamp(most, 1, 1_000);
        var points = ImmutableArray.CreateBuilder<SweepPoint>();
        for (int step = 0; step <= Steps; step++)
        {
            double[] budgets = [.. best.Budgets];
            budgets[swept] = largest * step / Steps;
            Performance performance = AnyBudget.At(workload, budgets);
            if (!performance.IsStable)
                break;
            double? bound = paper is null ? null : RoundingBound.At(paper.Workload, paper.Free(budgets));
            double? simulated = step % StepsPerCircle == 0 ? Simulated(budgets, unchecked((request.Seed * 1_000) + step)) : null;
            points.Add(new SweepPoint(budgets[swept], performance.Objective, bound, simulated));
        }

        return new BudgetSweep(task.Task, task.DisplayName, best.Budgets[swept], Queries, points.ToImmutable());
    }

    private double Simulated(double[] budgets, int seed)
    {
        Workload held = AnyBudget.Held(workload, [.. budgets]);
        var replication = new Replication(Queries, Queries / 10, unchecked((ulong)seed));
        SimulatedOutcome outcome = QueueSimulation.Run(held, new double[budgets.Length], replication);
        return (workload.AccuracyWeightSeconds * outcome.Accuracy) - outcome.MeanSystemTimeSeconds;
    }
}
