using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>An integer allocation, problem (8).</summary>
/// <param name="Budgets">Whole budgets in the tasks' order.</param>
/// <param name="Performance">What they imply.</param>
/// <param name="GapBound">Upper bound in seconds on how far the best integer allocation can be above it; 0 where proved best.</param>
public sealed record IntegerAllocation(ImmutableArray<int> Budgets, Performance Performance, double GapBound);
