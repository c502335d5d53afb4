using System.Collections.Immutable;
using Calibration.Results;
using Calibration.Results.Journaling;

namespace Calibration.Harness.Passes;

/// <summary>What an earlier start of the same run left finished in its journals; nothing for a fresh run.</summary>
internal sealed class FinishedWork
{
    private readonly HashSet<TrialKey> _trials;
    private readonly JournaledTraces _openTraces;
    private readonly Dictionary<string, Trial> _closedAnswers = new(StringComparer.Ordinal);
    private readonly ILookup<string, ServiceSample> _service;

    private FinishedWork(HashSet<TrialKey> trials, ILookup<string, ServiceSample> service, JournaledTraces openTraces) =>
        (this._trials, this._service, this._openTraces) = (trials, service, openTraces);

    /// <summary>
    /// Reads a folder's journals. Of unfinished groups the answers that are shared are kept in memory, and where the traces are.
    /// </summary>
    internal static FinishedWork Read(RunFolder folder, ExperimentPlan plan)
    {
        // A failed trial is tried again. Of finished groups only these keys stay, whose strings all rows share.
        var keys = new HashSet<TrialKey>();
        foreach (Trial trial in folder.Trials.ReadJournal().Where(trial => trial.Status != TrialStatus.Failed))
            keys.Add(trial.Key);
        Dictionary<string, ImmutableArray<int>> budgets = plan.Tasks.ToDictionary(
            task => task.Task, task => task.Budgets, StringComparer.Ordinal);
        var finished = new FinishedWork(
            keys,
            folder.Service.ReadJournal().Where(sample => sample.Status is not (TrialStatus.Failed or TrialStatus.Unverified)).ToLookup(
                sample => sample.TraceId, StringComparer.Ordinal),
            folder.FindJournaledTraces(trace =>
                budgets[trace.Task].Any(budget => !keys.Contains(new TrialKey(trace.Task, trace.ProblemId, trace.Run, budget)))));
        if (finished._openTraces.Count == 0)
            return finished;
        foreach (Trial trial in folder.Trials.ReadJournal().Where(trial =>
            trial.ClosedByModel && trial.IsUsable && finished._openTraces.Has(trial.TraceId)))
            finished._closedAnswers.TryAdd(trial.TraceId, trial);
        return finished;
    }

    /// <summary>Number of trials that need not be done again.</summary>
    internal int TrialCount => _trials.Count;

    internal bool Has(TrialKey key) => _trials.Contains(key);

    /// <summary>The durable trace of an unfinished group, or null.</summary>
    internal Trace? TraceOf(string traceId) => _openTraces.Find(traceId);

    /// <summary>The finished answer after the model's own end of thinking, which larger budgets share, or null.</summary>
    internal Trial? ClosedAnswerOf(string traceId) => _closedAnswers.GetValueOrDefault(traceId);

    /// <summary>
    /// Whether a timed trace has a sample that may be used at each of its budgets, or up to where the model ended its thinking. One that
    /// lacks any is timed again completely.
    /// </summary>
    internal bool HasTimed(string traceId, ImmutableArray<int> budgets)
    {
        int closedAt = _service[traceId].Where(sample => sample.Status == TrialStatus.Ok && sample.ThinkingTokens < sample.BudgetTokens)
            .Select(sample => sample.BudgetTokens).DefaultIfEmpty(int.MaxValue).Min();
        return budgets.Where(budget => budget <= closedAt).All(budget => _service[traceId].Any(sample => sample.BudgetTokens == budget));
    }
}
