using System.Collections.Immutable;
using Calibration.Results;

namespace Calibration.Analysis.Findings;

/// <summary>What a run's rows say beside its fits; found anew from the rows for each report.</summary>
/// <param name="Latency">Budgets whose service time was measured both ways.</param>
/// <param name="Lengthened">What forced extra thinking did to each task; empty under <see cref="BudgetSemantics.Cap"/>.</param>
/// <param name="Closes">What each task used of its budgets; empty under <see cref="BudgetSemantics.Exact"/>.</param>
public sealed record RowFindings(
    ImmutableArray<LatencyDifference> Latency, ImmutableArray<LengthenedThinking> Lengthened, ImmutableArray<EarlyCloses> Closes)
{
    /// <summary>Looks at the rows of one run, whose trials share their semantics.</summary>
    /// <param name="service">Its service times.</param>
    /// <param name="trials">Its trials.</param>
    /// <param name="lengthenedFrom">Where each lengthened trace was first lengthened, by its id.</param>
    public static RowFindings Of(
        IReadOnlyList<ServiceSample> service, IReadOnlyList<Trial> trials, IReadOnlyDictionary<string, int> lengthenedFrom)
    {
        ArgumentNullException.ThrowIfNull(trials);
        IGrouping<string, Trial>[] exact =
            [.. trials.Where(trial => trial.Semantics == BudgetSemantics.Exact).GroupBy(trial => trial.Task)];
        IGrouping<string, Trial>[] caps = [.. trials.Where(trial => trial.Semantics == BudgetSemantics.Cap).GroupBy(trial => trial.Task)];
        return new RowFindings(
            LatencyDifference.Of(service),
            [.. exact.Select(task => LengthenedThinking.Of(task.Key, [.. task], lengthenedFrom))],
            [.. caps.Select(task => EarlyCloses.Of(task.Key, [.. task]))]);
    }
}
