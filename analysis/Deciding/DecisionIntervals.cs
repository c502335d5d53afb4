using System.Collections.Immutable;
using Calibration.Analysis.Counting;
using Calibration.Fitting;
using Calibration.Optimizer.Uncertainty;

namespace Calibration.Analysis.Deciding;

/// <summary>
/// From a run's trials to intervals of the decision, by the re-optimised bootstrap. It fits the answers at every budget, as the decision
/// does: the largest allowed budget limits what is chosen, and not what is fitted.
/// </summary>
internal static class DecisionIntervals
{
    private const int Replicates = 2_000;

    internal static DecisionReport? Of(RunFits fits, RunRows rows, AllocationRequest request)
    {
        ImmutableArray<DecisionTask> tasks =
        [
            .. from choice in TaskChoices.Of(fits, request.Point)
               let fit = Decision.FitsOf(fits, choice)
               let answers = AccuracyBootstrap.Of([.. rows.Of(fit.Task).Cells], fit.Accuracy.Method)
               let times = fit.Service.Points.Select(time => new ServiceObservation(time.Cluster, time.Tokens, time.Seconds)).ToImmutableArray()
               select new DecisionTask(choice, answers, times, fit.Service),
        ];
        return DecisionBootstrap.Run(request.Point.ArrivalRatePerS, request.Point.AccuracyWeightS, tasks, Replicates, request.Seed);
    }
}
