using Calibration.Analysis.Deciding;
using Calibration.Analysis.Policies;
using Calibration.Optimizer;

namespace Calibration.Analysis.Curves;

/// <summary>The curves of a workload without measurements behind them, such as the paper's Table I; J has no intervals there.</summary>
public static class WorkloadCurves
{
    /// <summary>Solves the workload, and computes what is drawn of it.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="sweepTask">Task whose budget runs in Fig. 4; if it is not there, the one with the largest budget.</param>
    /// <param name="seed">Seed of the simulated queues.</param>
    /// <param name="cancellationToken">Ends the simulation.</param>
    /// <exception cref="AnalysisException">No allocation is stable.</exception>
    public static DecisionCurves Of(Workload workload, string sweepTask, int seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ProvedAllocation best = AllocationSolver.Solve(workload, new SolverOptions { Cancellation = cancellationToken });
        Feasibility.ThrowIfNone(best);
        Performance at = best.Performance;
        return new DecisionCurves
        {
            Point = AllocationPoint.Of(workload).Caption,
            AccuracyWeightSeconds = workload.AccuracyWeightSeconds,
            ArrivalRatePerSecond = workload.ArrivalRatePerSecond,
            Tasks = [.. workload.Tasks.Select(task => task.Task)],
            BestBudgets = best.Budgets,
            Chosen = new FrontierPoint(workload.AccuracyWeightSeconds, at.Accuracy, at.MeanSystemTimeSeconds)
            {
                BudgetTokens = best.Budgets,
            },
            Policies =
            [
                .. PolicyCurves.PaperUniform.Select(budget => Uniform(workload, budget)),
                .. UniformPolicy.Best(workload) is { } uniform
                    ? [new PolicyValue(PolicyKind.BestUniform, uniform.BudgetTokens, uniform.Objective)]
                    : Array.Empty<PolicyValue>(),
                new PolicyValue(PolicyKind.Optimal, null, at.Objective),
            ],
            Sweep = SweepOf(workload, best, sweepTask, seed, cancellationToken),
            ByWeight = PolicyCurves.ByWeight(workload),
            ByArrivalRate = PolicyCurves.ByRate(workload),
            ServerSpeed = workload.Server.IsOneAtATime ? null : workload.Server.Speed,
        };
    }

    /// <summary>Fig. 4's data with another task's budget running.</summary>
    /// <exception cref="AnalysisException">No allocation is stable.</exception>
    public static BudgetSweep Sweep(Workload workload, string sweepTask, int seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ProvedAllocation best = AllocationSolver.Solve(workload, new SolverOptions { Cancellation = cancellationToken });
        Feasibility.ThrowIfNone(best);
        return SweepOf(workload, best, sweepTask, seed, cancellationToken);
    }

    /// <summary>J where every task of the workload has the same budget.</summary>
    public static PolicyValue Uniform(Workload workload, int budgetTokens)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return new PolicyValue(PolicyKind.Uniform, budgetTokens, PolicyCurves.Uniform(workload, budgetTokens)?.Objective);
    }

    private static BudgetSweep SweepOf(
        Workload workload, ProvedAllocation best, string sweepTask, int seed, CancellationToken cancellationToken) =>
        new Fig4Sweep(workload, best, PaperView.Of(workload, best.Budgets)).Of(
            [.. workload.Tasks.Select(task => new SweptTask(task.Task, task.Task, double.PositiveInfinity))],
            sweepTask,
            seed,
            cancellationToken);
}
