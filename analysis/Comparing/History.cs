using System.Collections.Immutable;

namespace Calibration.Analysis.Comparing;

/// <summary>
/// Several runs in the order of their dates, each compared with the first; the claims of all comparisons share one error.
/// </summary>
internal static class History
{
    /// <param name="sides">At least two runs, the first in time first.</param>
    /// <param name="request">The operating point, and what matters.</param>
    /// <param name="cancellationToken">Ends the bootstraps.</param>
    internal static RunHistory Of(IReadOnlyList<Side> sides, ComparisonRequest request, CancellationToken cancellationToken)
    {
        Side first = sides[0];
        (Comparison Of, Tested Tested)[] tested =
        [
            .. sides.Skip(1).Select(side => new Comparison(first, side, request)).Select(comparison =>
                (comparison, comparison.Test(cancellationToken))),
        ];
        double[] pValues = [.. tested.SelectMany(pair => pair.Tested.PValues)];
        double threshold = Holm.Threshold(pValues);
        ImmutableArray<RunComparison> comparisons =
            [.. tested.Select(pair => pair.Of.Claim(pair.Tested, threshold, pValues.Length))];
        AllocationValue own = first.Decision.ValueOf(first.BudgetsFor(first), cancellationToken);
        return new RunHistory
        {
            OperatingPoint = sides[^1].PointOf(request).Caption,
            Runs =
            [
                PointOf(first, own, cancellationToken),
                .. sides.Skip(1).Zip(comparisons, (side, comparison) =>
                    PointOf(side, comparison.KeptAllocation, cancellationToken) with { Decision = comparison.Decision }),
            ],
            Comparisons = comparisons,
            Tests = pValues.Length,
        };
    }

    private static RunAtTime PointOf(Side side, AllocationValue kept, CancellationToken cancellationToken)
    {
        DecisionReport report = side.Decision.Intervals(cancellationToken)!;
        return new RunAtTime
        {
            Run = side.Name,
            IsIncomplete = side.Fits.Incomplete is not null,
            Objective = report.Objective,
            Kept = kept,
            Tasks =
            [
                .. side.Decision.Workload.Tasks.Select(task => new TaskAtTime(
                    task.Task,
                    side.Of(task.Task)!.DisplayName,
                    side.Decision.BudgetOf(task.Task)!.Value,
                    report.Tasks.First(decided => decided.Task == task.Task).BudgetTokens,
                    kept.Budgets.First(at => at.Task == task.Task))),
            ],
        };
    }
}
