using System.Collections.Immutable;
using Calibration.Analysis.Policies;
using Calibration.Optimizer;
using Calibration.Optimizer.Solving;

namespace Calibration.Analysis.Deciding;

/// <summary>
/// A decision as the paper's formulas see it: tasks with an exponential curve move, all others are constants at their budgets, and the
/// variance of service times is that at ℓ*. Its iterations and bounds (24)–(41) are defined here only.
/// </summary>
internal sealed class PaperView
{
    private readonly ImmutableArray<double> _constants;

    private PaperView(Workload workload, ImmutableArray<double> constants)
    {
        (Workload, _constants) = (workload, constants);
        Best = NewtonSolver.Solve(workload);
    }

    /// <summary>The workload of the view.</summary>
    internal Workload Workload { get; }

    /// <summary>Its optimum; a constant task's budget there is 0.</summary>
    internal Allocation Best { get; }

    /// <summary>The view; null on another server than the paper's, under caps, and where nothing is stable.</summary>
    internal static PaperView? Of(Workload workload, ImmutableArray<double> budgets)
    {
        if (!workload.Server.IsOneAtATime || workload.Tasks.Any(task => task.Natural is not null))
            return null;
        bool[] moves = [.. workload.Tasks.Select(task => task with { RelativeSigma = 0 } is { IsPapers: true })];
        var view = new PaperView(
            workload with
            {
                Tasks = [.. workload.Tasks.Select((task, k) => moves[k] ? Moving(task, budgets[k]) : AnyBudget.Held(task, budgets[k]))],
            },
            [.. budgets.Select((budget, k) => moves[k] ? double.NaN : budget)]);
        return view.Best.Ending == SolverEnding.Infeasible ? null : view;
    }

    /// <summary>The budgets of the view for budgets of the decision: 0 for a task that is a constant.</summary>
    internal double[] Free(ReadOnlySpan<double> budgets)
    {
        double[] free = [.. budgets];
        for (int k = 0; k < free.Length; k++)
            free[k] = double.IsNaN(_constants[k]) ? free[k] : 0;
        return free;
    }

    /// <summary>Whether a task's budget moves in the view; the paper's bounds say nothing of one that is a constant.</summary>
    internal bool Moves(int task) => double.IsNaN(_constants[task]);

    /// <summary>What the paper's own iterations do.</summary>
    internal ImmutableArray<MethodOutcome> Methods() => PaperMethods.Of(Workload, Best);

    /// <summary>A task with its curve, and the variance that it has at its budget.</summary>
    private static TaskModel Moving(TaskModel task, double budget)
    {
        double relative = task.RelativeSigma * task.Service.At(budget);
        return task with { RelativeSigma = 0, ServiceVariance = task.ServiceVariance + (relative * relative) };
    }
}
