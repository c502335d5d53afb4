using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>An allocation with its certificate.</summary>
/// <param name="Budgets">Budgets in thinking tokens, in the tasks' order.</param>
/// <param name="Performance">What they imply.</param>
/// <param name="KktResidual">
/// Largest KKT violation, each task's relative to the largest term of its gradient; infinite where nothing is stable.
/// </param>
/// <param name="GapBound">
/// Upper bound on J* − J in seconds: a concave function lies below its tangent plane; infinite where nothing is stable.
/// </param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Ending">How the solver ended.</param>
public sealed record Allocation(
    ImmutableArray<double> Budgets, Performance Performance, double KktResidual, double GapBound, int Steps, SolverEnding Ending)
{
    /// <summary>By how much the server is overloaded even without thinking, λE[S(0)] − 1; null where something is stable.</summary>
    public double? Overload => Ending == SolverEnding.Infeasible ? Performance.Utilization - 1 : null;
}

/// <summary>How a solver ended.</summary>
public enum SolverEnding
{
    /// <summary>Its own test of convergence was met.</summary>
    Converged,

    /// <summary>The iteration limit was reached, or rounding stopped the ascent, before that.</summary>
    IterationLimit,

    /// <summary>No allocation is stable: the queue overflows even without thinking, λE[S(0)] ≥ 1.</summary>
    Infeasible,

    /// <summary>The iteration left the stability region, where its next step does not exist.</summary>
    LeftStabilityRegion,

    /// <summary>The iteration came back to a point where it had been: it repeats for ever.</summary>
    Cycled,
}
