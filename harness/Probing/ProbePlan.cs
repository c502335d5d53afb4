using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Harness.Forcing;

namespace Calibration.Harness.Probing;

/// <summary>How an endpoint is looked at.</summary>
/// <param name="Options">Which model is asked, and how.</param>
/// <param name="Problems">A few sample problems.</param>
/// <param name="Concurrency">Requests in flight at once where throughput is measured.</param>
/// <param name="Overnight">The plan whose time is estimated.</param>
public sealed record ProbePlan(ForcingOptions Options, ImmutableArray<Problem> Problems, int Concurrency, ExperimentPlan Overnight)
{
    internal const int LongestBudget = 96;

    internal static readonly ImmutableArray<int> Budgets = [1, 7, LongestBudget];
}
