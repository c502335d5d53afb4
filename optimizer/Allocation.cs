using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>How a solver ended.</summary>
public enum SolverEnding
{
    /// <summary>The KKT conditions hold to rounding.</summary>
    Converged,

    /// <summary>The step limit was reached first; the certificate says how far the optimum can be.</summary>
    StepLimit,

    /// <summary>The queue is not stable even without thinking: λE[S(0)] ≥ 1.</summary>
    Infeasible,
}

/// <summary>An allocation with its certificate.</summary>
/// <param name="Budgets">Budgets in thinking tokens, in the tasks' order.</param>
/// <param name="Performance">What they imply.</param>
/// <param name="KktResidual">Largest KKT violation, each task's relative to the larger of its gain and its price.</param>
/// <param name="GapBound">Upper bound on J* − J in seconds: a concave function lies below its tangent plane.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Ending">How the solver ended.</param>
public sealed record Allocation(
    ImmutableArray<double> Budgets, Performance Performance, double KktResidual, double GapBound, int Steps, SolverEnding Ending);
