using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Calibrate.Settings;
using Calibration.Fitting;
using Calibration.Optimizer.Uncertainty;
using Calibration.Results;

namespace Calibration.Calibrate.Stages;

/// <summary>
/// From a run's trials to intervals of the decision, by the re-optimised bootstrap. It fits the answers at every budget, as the decision
/// does: the largest allowed budget limits what is chosen, and not what is fitted.
/// </summary>
internal static class DecisionIntervals
{
    private const int Replicates = 2_000;

    internal static async Task<DecisionReport?> RunAsync(RunFolder folder, RunFits fits, OperatingPoint point)
    {
        (ImmutableDictionary<string, TaskCounts> trials, _) = await TaskCounts.ReadAsync(folder, CancellationToken.None);
        ImmutableArray<DecisionTask> tasks =
        [
            .. from choice in TaskChoices.Of(fits, point)
               let fit = fits.Tasks.First(task => task.Task == (choice.Model?.Task ?? choice.Measured!.Task))
               let answers = AccuracyBootstrap.Of([.. (trials.GetValueOrDefault(fit.Task) ?? new TaskCounts()).Cells], fit.Accuracy.Method)
               let times = fit.Service.Points.Select(time => new ServiceObservation(time.Cluster, time.Tokens, time.Seconds)).ToImmutableArray()
               select new DecisionTask(choice, answers, times, fit.Service),
        ];
        return DecisionBootstrap.Run(point.ArrivalRatePerSecond, point.AccuracyWeightSeconds, tasks, Replicates, point.Seed);
    }
}
