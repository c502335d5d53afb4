using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>An allocation with a certificate: no allocation is better by more than the gap, given what <see cref="Basis"/> says.</summary>
/// <param name="Budgets">Budgets in thinking tokens, in the tasks' order.</param>
/// <param name="Performance">What they imply.</param>
/// <param name="GapBound">
/// Upper bound in seconds on J* − J, on the basis that <see cref="Basis"/> names; infinite where nothing is stable, or where there is no
/// bound.
/// </param>
/// <param name="Nodes">Nodes of the branch and bound; 1 where no branching was needed.</param>
/// <param name="Status">What is known.</param>
public sealed record ProvedAllocation(
    ImmutableArray<double> Budgets, Performance Performance, double GapBound, int Nodes, ProofStatus Status)
{
    /// <summary>What the bound rests on: a proof throughout, or a property of the server's formula that was tested at many loads.</summary>
    public ProofBasis Basis { get; init; }

    /// <summary>The basis in one sentence, as a report prints it beside the bound.</summary>
    public string BasisSentence => Basis == ProofBasis.TestedConvexity
        ? $"The bound rests on the convexity of the mean system time in the load, which was tested at {ConvexityTest.Loads} loads "
            + "and is not proved between them."
        : "The bound is proved.";

    /// <summary>No allocation has a J above this, on the basis that <see cref="Basis"/> names.</summary>
    public double UpperBound => Performance.Objective + GapBound;

    internal static ProvedAllocation Of(SolverOptions options, ImmutableArray<double> budgets, Performance performance, double gap)
    {
        ProofStatus status = double.IsInfinity(gap) ? ProofStatus.Unproved
            : gap <= options.RelativeGap * Math.Max(1, Math.Abs(performance.Objective)) ? ProofStatus.Proved
            : ProofStatus.Open;
        return new ProvedAllocation(budgets, performance, gap, 1, status);
    }
}

/// <summary>What a certificate rests on.</summary>
public enum ProofBasis
{
    /// <summary>
    /// A proof: one query at a time, E[T] is convex by an identity (the paper's Lemma 1), up to rounding in double precision.
    /// </summary>
    Proof,

    /// <summary>
    /// More than one slot: every bound needs T_in and h to be convex in E[S], which was tested at <see cref="ConvexityTest.Loads"/> loads
    /// from 0 to φ(m). Where a node's bound is a tangent plane it also needs E[T] to be convex in (E[S], √E[S²]) on the node's box, tested
    /// at <see cref="ConvexityTest.LoadsPerBox"/> loads with a margin of 1 %. Between the tested loads nothing is proved.
    /// </summary>
    TestedConvexity,
}

/// <summary>At how many loads convexity is tested where it is not proved.</summary>
public static class ConvexityTest
{
    /// <summary>Loads from 0 to φ(m), φ(m) excluded, at which T_in″ and h″ are tested.</summary>
    public const int Loads = 512;

    /// <summary>Loads in a node's box at which E[T] is tested to be convex in (E[S], √E[S²]).</summary>
    public const int LoadsPerBox = 25;
}

/// <summary>What is known about an allocation.</summary>
public enum ProofStatus
{
    /// <summary>It is within the asked gap of the best, on the basis that <see cref="ProvedAllocation.Basis"/> names.</summary>
    Proved,

    /// <summary>The search ended at its node limit, with the gap that is printed.</summary>
    Open,

    /// <summary>There is no bound: for this server's speed T_in or h was found not to be convex, on which every bound rests.</summary>
    Unproved,

    /// <summary>No allocation is stable.</summary>
    Infeasible,
}

/// <summary>When the solver stops.</summary>
/// <param name="RelativeGap">It stops at a gap of this times max(1, |J|), in seconds; 1e-9 by default.</param>
/// <param name="NodeLimit">Maximum number of nodes; 20,000 by default.</param>
public sealed record SolverOptions(double RelativeGap = 1e-9, int NodeLimit = 20_000)
{
    /// <summary>Ends a long search between two nodes, with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The defaults.</summary>
    public static SolverOptions Default { get; } = new();
}
