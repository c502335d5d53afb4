using System.Collections.Immutable;
using Calibration.Analysis.Uncertainty;
using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using Calibration.Results;

namespace Calibration.Analysis.Counting;

/// <summary>From the rows of a run to one task's fits: the one place where rows become the mathematics' inputs.</summary>
internal sealed class TaskFitting(RunManifest manifest, FitRequest request)
{
    internal TaskFits Fit(TaskFacts task, TaskCounts trials, IReadOnlyList<ServiceSample> service)
    {
        ServiceSample[] timed = [.. service.Where(sample => sample.Status == TrialStatus.Ok)];
        ServiceSample[] excluded = [.. service.Where(sample => sample.Status != TrialStatus.Ok)];
        ImmutableArray<AccuracyCell> cells = [.. trials.Cells];
        var options = new AccuracyFitOptions { Method = request.Method };
        ShapeKind? given = request.Shapes.TryGetValue(task.Task, out ShapeKind kind) ? kind : null;
        ShapeChoice? choice = cells.IsEmpty ? null : AccuracyShapeFitter.Choose(cells, given, options);
        AccuracyFit accuracy = choice is null ? AccuracyFitter.Fit(cells, options) : WithAllPoints(choice, cells, options);
        ImmutableArray<BudgetExclusion> missing = [.. trials.Exclusions.Where(exclusion => exclusion.Share > BudgetExclusion.LargestShare)];
        bool isFitted = missing.IsEmpty || manifest.Settings.AcceptMissing;
        return new TaskFits
        {
            Task = task.Task,
            DisplayName = task.DisplayName,
            Accuracy = isFitted ? accuracy : accuracy.WithoutParameters(Missing(missing, trials.ExclusionReason)),
            Shape = isFitted && choice is not null ? TaskShape.Of(choice, trials.LengthenedShareAt) : null,
            Intervals = [.. cells.GroupBy(cell => cell.BudgetTokens).OrderBy(budget => budget.Key).Select(IntervalOf)],
            Band = isFitted && choice is not null ? AccuracyBand.Of(cells, choice, request.Method) : [],
            Service = ServiceTimeFitter.Fit([.. timed.Select(sample => ObservationOf(sample, manifest.RequestOverhead))]),
            Trials = trials.Statuses,
            ServiceExcluded = excluded.Length,
            ServiceExclusionReason = TaskCounts.MostFrequent(excluded.CountBy(sample => sample.Reason).ToDictionary()),
            Exclusions = trials.Exclusions,
            ExclusionReason = trials.ExclusionReason,
            Prefix = PrefixReuse.Of(timed),
            Use = trials.Use,
            Answers = trials.Answers,
        };
    }

    /// <summary>The fit up to the peak where accuracy falls, with the points of every budget; beyond the peak nothing is fitted.</summary>
    private static AccuracyFit WithAllPoints(ShapeChoice choice, IReadOnlyList<AccuracyCell> cells, AccuracyFitOptions options)
    {
        AccuracyFit fit = choice.Exponential;
        if (choice.Fall is null)
            return fit;
        int peak = choice.Fall.PeakTokens;
        IEnumerable<AccuracyPoint> beyond = AccuracyFitter.Fit(cells, options).Points.Where(point => point.BudgetTokens > peak)
            .Select(point => point with { Fitted = point.Correct / point.Answers, Residual = 0 });
        return fit with { Points = [.. fit.Points, .. beyond] };
    }

    private static AccuracyInterval IntervalOf(IGrouping<int, AccuracyCell> cells)
    {
        ClusteredProportion share = ClusteredProportion.Of([.. cells.Select(cell => (cell.Answers, cell.Correct))]);
        Interval interval = share.Interval();
        return new AccuracyInterval(cells.Key, share.Clusters, interval.Low, interval.High);
    }

    /// <summary>
    /// With thinking a time is that of two requests, without that of one: every budget pays for one, as on a server that thinks and
    /// answers in one.
    /// </summary>
    private static ServiceObservation ObservationOf(ServiceSample sample, RequestOverhead? overhead) => new(
        sample.TraceId, sample.ThinkingTokens, sample.ServiceS - (sample.BudgetTokens > 0 ? overhead?.Subtracted ?? 0 : 0));

    private static string Missing(ImmutableArray<BudgetExclusion> missing, string reason) =>
        $"Not fitted, because more than {100 * BudgetExclusion.LargestShare:0} % of the trials are missing: "
        + $"{string.Join("; ", missing.Select(exclusion => exclusion.Sentence))}."
        + (reason.Length > 0 ? $" Most frequent reason: {reason.TrimEnd('.')}." : "")
        + " Missing trials are not a random choice; fit all the same with {AcceptMissing}.";
}
