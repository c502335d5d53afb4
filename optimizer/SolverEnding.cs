namespace Calibration.Optimizer;

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
