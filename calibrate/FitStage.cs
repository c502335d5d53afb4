using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Report;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>From a run's trials to <c>fits.json</c>: the one place where trials become the mathematics' inputs.</summary>
internal static class FitStage
{
    internal static async Task<RunFits> RunAsync(RunFolder folder, FitMethod method, CancellationToken cancellationToken)
    {
        RunManifest manifest = folder.ReadManifest();
        (ImmutableDictionary<string, TaskCounts> trials, Trial? first) = await TaskCounts.ReadAsync(folder, cancellationToken);
        List<ServiceSample> service = await folder.ReadServiceAsync().ToListAsync(cancellationToken);
        if (first is null)
            throw new UserFault($"{folder.Path} holds no trials: measure first with calibrate run.");
        ILookup<string, ServiceSample> serviceOf = service.ToLookup(sample => sample.Task);
        var fits = new RunFits
        {
            Run = manifest.Id,
            Simulated = manifest.Simulated,
            Samples = manifest.Samples,
            Model = manifest.ShownModel,
            Semantics = first.Semantics,
            Tasks = [.. manifest.Tasks.AsParallel().AsOrdered().Select(task => Fit(task, trials.GetValueOrDefault(task.Task) ?? new TaskCounts(), [.. serviceOf[task.Task]], method))],
        };
        await folder.WriteDocumentAsync("fits.json", fits);
        await folder.WriteFitsAsync(fits.Tasks.SelectMany(Parameters));
        await TableFiles.WriteAsync(folder.Path, fits, allocation: null);
        return fits;
    }

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

    private static TaskFits Fit(TaskFacts task, TaskCounts trials, IReadOnlyList<ServiceSample> service, FitMethod method)
    {
        ServiceSample[] timed = [.. service.Where(sample => sample.Status == TrialStatus.Ok)];
        return new TaskFits
        {
            Task = task.Task,
            DisplayName = task.DisplayName,
            Accuracy = AccuracyFitter.Fit([.. trials.Cells], new AccuracyFitOptions { Method = method }),
            Service = ServiceTimeFitter.Fit([.. timed.Select(sample => new ServiceObservation(sample.TraceId, sample.ThinkingTokens, sample.ServiceS))]),
            Trials = trials.Statuses,
            ServiceExcluded = service.Count - timed.Length,
            Prefix = PrefixReuse.Of(timed),
            Use = trials.Use,
        };
    }
}
