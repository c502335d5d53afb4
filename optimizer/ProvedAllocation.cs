using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>An allocation with a certificate: no allocation is better by more than the gap.</summary>
/// <param name="Budgets">Budgets in thinking tokens, in the tasks' order.</param>
/// <param name="Performance">What they imply.</param>
/// <param name="GapBound">
/// Proved upper bound in seconds on J* − J; infinite where nothing is stable, or where nothing could be proved.
/// </param>
/// <param name="Nodes">Nodes of the branch and bound; 1 where no branching was needed.</param>
/// <param name="Status">What was proved.</param>
public sealed record ProvedAllocation(ImmutableArray<double> Budgets, Performance Performance, double GapBound, int Nodes, ProofStatus Status)
{
    /// <summary>No allocation has a J above this.</summary>
    public double UpperBound => Performance.Objective + GapBound;

    internal static ProvedAllocation Of(ImmutableArray<double> budgets, Performance performance, double gap, int nodes, SolverOptions options)
    {
        ProofStatus status = double.IsInfinity(gap) ? ProofStatus.Unproved
            : gap <= options.RelativeGap * Math.Max(1, Math.Abs(performance.Objective)) ? ProofStatus.Proved
            : ProofStatus.Open;
        return new ProvedAllocation(budgets, performance, gap, nodes, status);
    }
}

/// <summary>What is known about an allocation.</summary>
public enum ProofStatus
{
    /// <summary>It is within the asked gap of the best.</summary>
    Proved,

    /// <summary>The search ended at its node limit, with the gap that is printed.</summary>
    Open,

    /// <summary>Nothing is proved: for this server's speed the mean time in service is not convex, on which every bound rests.</summary>
    Unproved,

    /// <summary>No allocation is stable.</summary>
    Infeasible,
}

/// <summary>When the solver stops.</summary>
/// <param name="RelativeGap">It stops at a gap of this times max(1, |J|), in seconds; 1e-9 by default.</param>
/// <param name="NodeLimit">Maximum number of nodes; 20,000 by default.</param>
public sealed record SolverOptions(double RelativeGap = 1e-9, int NodeLimit = 20_000)
{
    /// <summary>The defaults.</summary>
    public static SolverOptions Default { get; } = new();
}
