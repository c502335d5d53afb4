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
