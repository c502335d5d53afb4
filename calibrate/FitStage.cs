using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Report;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>From a run's trials to <c>fits.json</c>: the one place where trials become the mathematics' inputs.</summary>
internal static class FitStage
{
    internal static async Task<RunFits> RunAsync(RunFolder folder, FitMethod method, CancellationToken cancellationToken)
    {
        RunManifest manifest = folder.ReadManifest();
        List<Trial> trials = await folder.ReadTrialsAsync().ToListAsync(cancellationToken);
        List<ServiceSample> service = await folder.ReadServiceAsync().ToListAsync(cancellationToken);
        if (trials.Count == 0)
            throw new UserFault($"{folder.Path} holds no trials: measure first with calibrate run.");
        ILookup<string, Trial> trialsOf = trials.ToLookup(trial => trial.Task);
        ILookup<string, ServiceSample> serviceOf = service.ToLookup(sample => sample.Task);
        var fits = new RunFits
        {
            Run = manifest.Id,
            Simulated = manifest.Simulated,
            Samples = manifest.Samples,
            Model = manifest.Endpoint.Model,
            Semantics = trials[0].Semantics,
            Tasks = [.. manifest.Tasks.AsParallel().AsOrdered().Select(task => Fit(task, [.. trialsOf[task.Task]], [.. serviceOf[task.Task]], method))],
        };
        await folder.WriteDocumentAsync("fits.json", fits);
        await folder.WriteFitsAsync(fits.Tasks.SelectMany(Parameters));
        await WriteTablesAsync(folder, fits, allocation: null);
        return fits;
    }

    internal static RunFits Read(RunFolder folder) => folder.ReadDocument<RunFits>("fits.json");

    internal static async Task WriteTablesAsync(RunFolder folder, RunFits fits, RunAllocation? allocation)
    {
        await AtomicFile.WriteTextAsync(folder.In("table1.csv"), Table1.Csv(fits, allocation));
        await AtomicFile.WriteTextAsync(folder.In("table1.md"), Table1.Markdown(fits, allocation));
        await AtomicFile.WriteTextAsync(folder.In("table1.tex"), Table1.Latex(fits, allocation));
    }

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

    internal static AccuracyObservation ObservationOf(Trial trial) => new(trial.ProblemId, trial.Run, trial.BudgetTokens, trial.Correct);

    private static TaskFits Fit(TaskFacts task, IReadOnlyList<Trial> trials, IReadOnlyList<ServiceSample> service, FitMethod method)
    {
        Trial[] usable = [.. trials.Where(trial => trial.IsUsable)];
        ServiceSample[] timed = [.. service.Where(sample => sample.Status == TrialStatus.Ok)];
        return new TaskFits
        {
            Task = task.Task,
            DisplayName = task.DisplayName,
            Accuracy = AccuracyFitter.Fit([.. usable.Select(ObservationOf)], new AccuracyFitOptions { Method = method }),
            Service = ServiceTimeFitter.Fit([.. timed.Select(sample => new ServiceObservation(sample.TraceId, sample.ThinkingTokens, sample.ServiceS))]),
            Trials = trials.GroupBy(trial => trial.Status).ToImmutableSortedDictionary(
                group => group.Key.ToString(), group => group.Count(), StringComparer.Ordinal),
            ServiceExcluded = service.Count - timed.Length,
            Use =
            [
                .. usable.GroupBy(trial => trial.BudgetTokens).OrderBy(group => group.Key)
                    .Select(group => new BudgetUse(group.Key, group.Average(trial => trial.ThinkingTokens))),
            ],
        };
    }
}
