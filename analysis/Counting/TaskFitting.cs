using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Analysis.Counting;

/// <summary>From the rows of a run to one task's fits: the one place where rows become the mathematics' inputs.</summary>
internal sealed class TaskFitting(RunManifest manifest, FitMethod method)
{
    internal TaskFits Fit(TaskFacts task, TaskCounts trials, IReadOnlyList<ServiceSample> service)
    {
        ServiceSample[] timed = [.. service.Where(sample => sample.Status == TrialStatus.Ok)];
        ServiceSample[] excluded = [.. service.Where(sample => sample.Status != TrialStatus.Ok)];
        AccuracyFit accuracy = AccuracyFitter.Fit([.. trials.Cells], new AccuracyFitOptions { Method = method });
        ImmutableArray<BudgetExclusion> missing = [.. trials.Exclusions.Where(exclusion => exclusion.Share > BudgetExclusion.LargestShare)];
        return new TaskFits
        {
            Task = task.Task,
            DisplayName = task.DisplayName,
            Accuracy = missing.IsEmpty || manifest.Settings.AcceptMissing ? accuracy : accuracy.WithoutParameters(Missing(missing, trials.ExclusionReason)),
            Service = ServiceTimeFitter.Fit([.. timed.Select(sample => ObservationOf(sample, manifest.RequestOverhead))]),
            Trials = trials.Statuses,
            ServiceExcluded = excluded.Length,
            ServiceExclusionReason = TaskCounts.MostFrequent(excluded.CountBy(sample => sample.Reason).ToDictionary()),
            Exclusions = trials.Exclusions,
            ExclusionReason = trials.ExclusionReason,
            Prefix = PrefixReuse.Of(timed),
            Use = trials.Use,
        };
    }

    /// <summary>With thinking a time is that of two requests, without that of one: every budget pays for one, as on a server that thinks and answers in one.</summary>
    private static ServiceObservation ObservationOf(ServiceSample sample, RequestOverhead? overhead) => new(
        sample.TraceId, sample.ThinkingTokens, sample.ServiceS - (sample.BudgetTokens > 0 ? overhead?.Subtracted ?? 0 : 0));

    private static string Missing(ImmutableArray<BudgetExclusion> missing, string reason) =>
        $"Not fitted, because more than {100 * BudgetExclusion.LargestShare:0} % of the trials are missing: "
        + $"{string.Join("; ", missing.Select(exclusion => exclusion.Sentence))}."
        + (reason.Length > 0 ? $" Most frequent reason: {reason.TrimEnd('.')}." : "")
        + " Missing trials are not a random choice; fit all the same with {AcceptMissing}.";
}
