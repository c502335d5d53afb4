using System.Collections.Immutable;
using Calibration.Analysis.Policies;
using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;

namespace Calibration.Analysis.Deciding;

/// <summary>A task whose budget may run in Fig. 4.</summary>
/// <param name="Task">Task name in files.</param>
/// <param name="DisplayName">Task name in figures.</param>
/// <param name="LargestMeasured">Its largest measured budget; infinite for a workload from elsewhere.</param>
internal sealed record SweptTask(string Task, string DisplayName, double LargestMeasured);

/// <summary>J as one task's budget runs and the others stay at ℓ*: the data of Fig. 4.</summary>
internal sealed class Fig4Sweep(Workload workload, ProvedAllocation best, PaperView? paper)
{
    private const int Queries = 10_000;
    private const int Replications = 40;
    private const int Steps = 100;
    private const int StepsPerCircle = 5;
    private const double LargestShown = 1_000;
    private const double Level = 0.95;

    /// <summary>Beyond ℓ* the sweep ends here: J falls without end as the server fills, and would leave no room for the rest.</summary>
    private const double LargestUtilization = 0.9;

    /// <summary>The sweep of the wanted task, or where it has no curve or is not there, of one that has.</summary>
    internal BudgetSweep Of(ImmutableArray<SweptTask> tasks, string wanted, int seed, CancellationToken cancellationToken = default)
    {
        int swept = Enumerable.Range(0, tasks.Length)
            .OrderByDescending(k => workload.Tasks[k].Accuracy is not PointAccuracy)
            .ThenByDescending(k => string.Equals(tasks[k].Task, wanted, StringComparison.OrdinalIgnoreCase))
            .ThenByDescending(k => best.Budgets[k]).First();
        SweptTask task = tasks[swept];
        double most = Math.Min(task.LargestMeasured, workload.Tasks[swept].LargestBudgetTokens);
        double largest = Math.Clamp(most, 1, LargestShown);
        var points = ImmutableArray.CreateBuilder<SweepPoint>();
        for (int step = 0; step <= Steps; step++)
        {
            double[] budgets = [.. best.Budgets];
            budgets[swept] = largest * step / Steps;
            Performance performance = AnyBudget.At(workload, budgets);
            if (!performance.IsStable || (performance.Utilization > LargestUtilization && budgets[swept] > best.Budgets[swept]))
                break;
            double? bound = paper?.Moves(swept) == true ? RoundingBound.At(paper.Workload, paper.Free(budgets)) : null;
            var point = new SweepPoint(budgets[swept], performance.Objective, bound, null);
            points.Add(step % StepsPerCircle == 0
                ? Simulated(point, budgets, unchecked((seed * 1_000) + step), cancellationToken)
                : point);
        }

        return new BudgetSweep(task.Task, task.DisplayName, best.Budgets[swept], Queries, points.ToImmutable())
        {
            Replications = Replications,
            Interpolated = workload.Tasks[swept].Accuracy is PointAccuracy,
        };
    }

    private SweepPoint Simulated(SweepPoint point, double[] budgets, int seed, CancellationToken cancellationToken)
    {
        Workload held = AnyBudget.Held(workload, [.. budgets]);
        QueueReport report = QueueStudy.Run(
            held,
            new double[budgets.Length],
            new SimulationOptions { Queries = Queries, Replications = Replications, Seed = seed },
            cancellationToken: cancellationToken);
        double[] values =
            [.. report.Outcomes.Select(outcome => (workload.AccuracyWeightSeconds * outcome.Accuracy) - outcome.MeanSystemTimeSeconds)];
        double mean = values.Average(), variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
        double half = Quantiles.TwoSided(Level, values.Length - 1) * Math.Sqrt(variance / values.Length);
        return point with { Simulated = mean, SimulatedInterval = new Interval(mean - half, mean + half) };
    }
}
