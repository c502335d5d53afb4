using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>What an earlier start of the same run left finished in its journals; nothing for a fresh run.</summary>
internal sealed class FinishedWork
{
    private readonly HashSet<TrialKey> trials;
    private readonly Dictionary<string, Trace> openTraces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Trial> closedAnswers = new(StringComparer.Ordinal);
    private readonly ILookup<string, ServiceSample> service;

    private FinishedWork(HashSet<TrialKey> trials, ILookup<string, ServiceSample> service) => (this.trials, this.service) = (trials, service);

    /// <summary>Reads a folder's journals. Of traces and answers only those of unfinished groups are kept in memory.</summary>
    internal static FinishedWork Read(RunFolder folder, ExperimentPlan plan)
    {
        // A failed trial is tried again; a later good line of the same key counts.
        var keys = new HashSet<TrialKey>();
        var finishedOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Trial trial in folder.ReadJournaledTrials().Where(trial => trial.Status != TrialStatus.Failed && keys.Add(trial.Key)))
            finishedOf[trial.TraceId] = finishedOf.GetValueOrDefault(trial.TraceId) + 1;
        Dictionary<string, int> wanted = plan.Tasks.ToDictionary(task => task.Task, task => plan.Independent ? 1 : task.Budgets.Length, StringComparer.Ordinal);
        var finished = new FinishedWork(keys, folder.ReadJournaledService().Where(sample => sample.Status != TrialStatus.Failed).ToLookup(sample => sample.TraceId, StringComparer.Ordinal));
        foreach (Trace trace in folder.ReadJournaledTraces().Where(trace => finishedOf.GetValueOrDefault(trace.TraceId) < wanted[trace.Task]))
            finished.openTraces[trace.TraceId] = trace;
        foreach (Trial trial in folder.ReadJournaledTrials().Where(trial => trial.ClosedByModel && trial.IsUsable && finished.openTraces.ContainsKey(trial.TraceId)))
            finished.closedAnswers.TryAdd(trial.TraceId, trial);
        return finished;
    }

    /// <summary>Number of trials that need not be done again.</summary>
    internal int TrialCount => trials.Count;

    internal bool Has(TrialKey key) => trials.Contains(key);

    /// <summary>The durable trace of an unfinished group, or null.</summary>
    internal Trace? TraceOf(string traceId) => openTraces.GetValueOrDefault(traceId);

    /// <summary>The finished answer after the model's own close, which larger budgets share, or null.</summary>
    internal Trial? ClosedAnswerOf(string traceId) => closedAnswers.GetValueOrDefault(traceId);

    /// <summary>Whether a timed trace has its sample at its last budget, or ended by the model's close before it.</summary>
    internal bool HasTimed(string traceId, int lastBudget) =>
        service[traceId].Any(sample => sample.BudgetTokens == lastBudget || (sample.Status == TrialStatus.Ok && sample.ThinkingTokens < sample.BudgetTokens));
}
