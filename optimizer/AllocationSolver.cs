using System.Collections.Immutable;
using Calibration.Optimizer.Branching;
using Calibration.Optimizer.Solving;

namespace Calibration.Optimizer;

/// <summary>
/// The best allocation of any workload, real or integer, with its certificate. <see cref="ProvedAllocation.Basis"/> says what that rests
/// on: one query at a time a proof, at more slots a convexity that is tested and not proved. One query at a time with exponential curves
/// and real budgets is solved by Newton's steps, whose bound is the tangent plane; everything else by one branch and bound.
/// </summary>
public static class AllocationSolver
{
    /// <summary>The best real budgets; tasks with points alone take one of their points.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="options">When to stop; the defaults prove a gap of 1e-9.</param>
    public static ProvedAllocation Solve(Workload workload, SolverOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(workload);
        if (!workload.Server.IsOneAtATime || !workload.Tasks.All(task => task.IsExponential))
            return Branch(new BranchProblem(workload, integer: false), options);
        Allocation newton = NewtonSolver.Solve(workload);
        return newton.Ending == SolverEnding.Infeasible
            ? Infeasible(workload)
            : ProvedAllocation.Of(options ?? SolverOptions.Default, newton.Budgets, newton.Performance, newton.GapBound);
    }

    /// <summary>The best integer budgets, problem (8).</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="options">When to stop; the defaults prove a gap of 1e-9.</param>
    public static ProvedAllocation SolveInteger(Workload workload, SolverOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return Branch(new BranchProblem(workload, integer: true), options);
    }

    private static ProvedAllocation Branch(BranchProblem problem, SolverOptions? given)
    {
        (Workload workload, SolverOptions options) = (problem.Workload, given ?? SolverOptions.Default);
        if (problem.Tasks.Any(task => task.Low > task.High))
            throw new ArgumentException("A task has no integer budget between its smallest and its largest budget.", nameof(problem));
        BranchResult result = new BranchAndBound(problem, options.RelativeGap).Run(options.NodeLimit, options.Cancellation);
        if (result.Budgets is null || double.IsNegativeInfinity(result.Value))
            return Infeasible(workload);
        Performance performance = workload.At(result.Budgets);
        double gap = result.HasBound ? Math.Max(0, result.Bound - performance.Objective) : double.PositiveInfinity;
        return ProvedAllocation.Of(options, [.. result.Budgets], performance, gap) with
        {
            Nodes = result.Nodes,
            Basis = workload.Server.IsOneAtATime ? ProofBasis.Proof : ProofBasis.TestedConvexity,
        };
    }

    private static ProvedAllocation Infeasible(Workload workload)
    {
        ImmutableArray<double> least = [.. workload.Tasks.Select(task => task.MinBudgetTokens)];
        return new ProvedAllocation(least, workload.At(least.AsSpan()), double.PositiveInfinity, 0, ProofStatus.Infeasible);
    }
}
