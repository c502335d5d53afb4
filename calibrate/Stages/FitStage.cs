using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Findings;
using Calibration.Calibrate.Files;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Calibrate.Stages;

/// <summary>From a run's trials to <c>fits.json</c>: the one place where trials become the mathematics' inputs.</summary>
internal static class FitStage
{
    /// <summary>Exit code of a stage that did its work, but for tasks that were left out because too many of their trials are missing.</summary>
    internal const int MissingDataExitCode = 3;

    /// <param name="folder">The run.</param>
    /// <param name="method">What is maximised.</param>
    /// <param name="acceptMissing">Whether tasks with many missing trials are fitted; the manifest remembers it.</param>
    /// <param name="cancellationToken">Ends the fitting.</param>
    internal static async Task<RunFits> RunAsync(RunFolder folder, FitMethod method, bool acceptMissing, CancellationToken cancellationToken)
    {
        RunManifest manifest = folder.ReadManifest();
        if (acceptMissing && !manifest.AcceptMissing)
            await folder.WriteManifestAsync(manifest = manifest with { AcceptMissing = true });
        (ImmutableDictionary<string, TaskCounts> trials, Trial? first) = await TaskCounts.ReadAsync(folder, cancellationToken);
        List<ServiceSample> service = await folder.ReadServiceAsync().ToListAsync(cancellationToken);
        if (first is null)
            throw new UserFault($"{folder.Path} holds no trials yet: go on with calibrate run --resume {folder.Path}.");
        ILookup<string, ServiceSample> serviceOf = service.ToLookup(sample => sample.Task);
        var fits = new RunFits
        {
            Run = manifest.Id,
            Simulated = manifest.Simulated,
            Samples = manifest.Samples,
            Model = manifest.ShownModel,
            Semantics = first.Semantics,
            Incomplete = Incompleteness.Of(manifest, trials.Values.Sum(counts => counts.Tried)),
            RequestOverhead = manifest.RequestOverhead,
            Tasks = [.. manifest.Tasks.AsParallel().AsOrdered().Select(task => Fit(task, trials.GetValueOrDefault(task.Task) ?? new TaskCounts(), [.. serviceOf[task.Task]], manifest, method))],
        };
        await folder.WriteDocumentAsync("fits.json", fits);
        await folder.WriteFitsAsync(fits.Tasks.SelectMany(Parameters));
        await TableFiles.WriteAsync(folder.Path, fits, allocation: null);
        return fits;
    }

    internal static int ExitCodeOf(RunFits fits) => fits.Tasks.Any(task => task.IsMissingData) ? MissingDataExitCode : 0;

    internal static RunFits Read(RunFolder folder) => folder.ReadDocument<RunFits>("fits.json");

    private static IEnumerable<FittedParameter> Parameters(TaskFits task)
    {
        return
        [
            Row("A", task.Accuracy.Verdict, task.Accuracy.A),
            Row("b", task.Accuracy.Verdict, task.Accuracy.B),
            Row("D", task.Accuracy.Verdict, task.Accuracy.D),
            Row("t0_s", task.Service.Verdict, task.Service.T0Seconds),
            Row("c_s_per_token", task.Service.Verdict, task.Service.SecondsPerToken),
        ];

        FittedParameter Row(string name, Verdict verdict, ParameterEstimate estimate) => new(
            task.Task, name, verdict.ToString(), estimate.Status.ToString(), estimate.Status == ParameterStatus.NotIdentifiable ? null : estimate.Value,
            estimate.StandardError, estimate.Interval?.Low, estimate.Interval?.High, estimate.Reason ?? "");
    }

    private static TaskFits Fit(TaskFacts task, TaskCounts trials, IReadOnlyList<ServiceSample> service, RunManifest manifest, FitMethod method)
    {
        ServiceSample[] timed = [.. service.Where(sample => sample.Status == TrialStatus.Ok)];
        ServiceSample[] excluded = [.. service.Where(sample => sample.Status != TrialStatus.Ok)];
        AccuracyFit accuracy = AccuracyFitter.Fit([.. trials.Cells], new AccuracyFitOptions { Method = method });
        ImmutableArray<BudgetExclusion> missing = [.. trials.Exclusions.Where(exclusion => exclusion.Share > BudgetExclusion.LargestShare)];
        return new TaskFits
        {
            Task = task.Task,
            DisplayName = task.DisplayName,
            Accuracy = missing.IsEmpty || manifest.AcceptMissing ? accuracy : accuracy.WithoutParameters(Missing(missing, trials.ExclusionReason)),
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
        $"Not fitted, because more than {100 * BudgetExclusion.LargestShare:0} % of the trials are missing: {string.Join("; ", missing.Select(exclusion => exclusion.Sentence))}."
        + (reason.Length > 0 ? $" Most frequent reason: {reason.TrimEnd('.')}." : "")
        + " Missing trials are not a random choice; fit all the same with --accept-missing.";
}
