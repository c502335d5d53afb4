using System.Collections.Immutable;
using Calibration.Optimizer.Solving;

namespace Calibration.Optimizer.Branching;

/// <summary>
/// The best allocation of any workload, real or integer, with its certificate. <see cref="ProvedAllocation.Basis"/> says what that rests
/// on: one query at a time a proof, at more slots a convexity that is tested and not proved. One query at a time with exponential curves
/// and real budgets is solved by Newton's steps, whose bound is the tangent plane; everything else by one branch and bound.
/// </summary>
public static class WorkloadSolver
{
    /// <summary>The best real budgets; tasks with points alone take one of their points.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="options">When to stop; the defaults prove a gap of 1e-9.</param>
    public static ProvedAllocation Solve(Workload workload, SolverOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(workload);
        if (!workload.Server.IsOneAtATime || !workload.Tasks.All(task => task.IsExponential))
            return Branch(workload, options ?? SolverOptions.Default, null, integer: false);
        Allocation newton = AllocationSolver.Solve(workload);
        return newton.Ending == SolverEnding.Infeasible
            ? Infeasible(workload)
            : ProvedAllocation.Of(newton.Budgets, newton.Performance, newton.GapBound, 1, options ?? SolverOptions.Default);
    }

    /// <summary>The best integer budgets, problem (8).</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="options">When to stop; the defaults prove a gap of 1e-9.</param>
    public static ProvedAllocation SolveInteger(Workload workload, SolverOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return Branch(workload, options ?? SolverOptions.Default, null, integer: true);
    }

    private static ProvedAllocation Branch(Workload workload, SolverOptions options, double[]? start, bool integer)
    {
        var problem = new BranchProblem(workload, integer);
        if (problem.Tasks.Any(task => task.Low > task.High))
            throw new ArgumentException("A task has no integer budget between its smallest and its largest budget.", nameof(workload));
        BranchResult result = new BranchAndBound(problem, options.RelativeGap).Run(start, options.NodeLimit);
        if (result.Budgets is null || double.IsNegativeInfinity(result.Value))
            return Infeasible(workload);
        Performance performance = workload.At(result.Budgets);
        double gap = result.HasBound ? Math.Max(0, result.Bound - performance.Objective) : double.PositiveInfinity;
        return ProvedAllocation.Of([.. result.Budgets], performance, gap, result.Nodes, options) with
        {
            Basis = workload.Server.IsOneAtATime ? ProofBasis.Proof : ProofBasis.TestedConvexity,
        };
    }

    private static ProvedAllocation Infeasible(Workload workload)
    {
        ImmutableArray<double> least = [.. workload.Tasks.Select(task => task.MinBudgetTokens)];
        return new ProvedAllocation(least, workload.At(least.AsSpan()), double.PositiveInfinity, 0, ProofStatus.Infeasible);
    }
}
