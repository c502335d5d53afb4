namespace Calibration.Results.Journaling;

/// <summary>A table's order: what makes a row unique, where it stands, and which of several rows of one key counts.</summary>
/// <param name="KeyOf">The row's key.</param>
/// <param name="IsGood">Whether the row stands before rows of its key that are not good, whichever came first.</param>
/// <param name="FirstCounts">Whether of rows that are equally good the first counts; else the last.</param>
internal sealed record RowOrder<TRow>(Func<TRow, RowKey> KeyOf, Func<TRow, bool> IsGood, bool FirstCounts);

/// <summary>The orders of a run's tables.</summary>
internal static class RowOrders
{
    /// <summary>A failed trial was tried again: a good one counts, else the last.</summary>
    internal static RowOrder<Trial> Trials { get; } = new(
        trial => new RowKey(trial.Key, ""), trial => trial.Status != TrialStatus.Failed, FirstCounts: false);

    /// <summary>
    /// By trace and budget: failed and suspect samples were measured again; among rows with the same key a successful one counts,
    /// otherwise the last.
    /// </summary>
    internal static RowOrder<ServiceSample> Service { get; } = new(
        sample => new RowKey(new TrialKey(sample.Task, sample.ProblemId, 0, sample.BudgetTokens), sample.TraceId),
        sample => sample.Status == TrialStatus.Ok,
        FirstCounts: false);

    /// <summary>A trace is on disk before its first answer continues from it, so answers belong to the first one.</summary>
    internal static RowOrder<Trace> Traces { get; } = new(
        trace => new RowKey(new TrialKey(trace.Task, trace.ProblemId, trace.Run, 0), trace.TraceId), _ => true, FirstCounts: true);

    /// <summary>Text is on disk before its answer. If that was lost, both come again, so the last text belongs to the answer.</summary>
    internal static RowOrder<KeptThinking> Thinking { get; } = new(
        text => new RowKey(new TrialKey(text.Task, text.ProblemId, text.Run, text.ThinkingTokens), text.TraceId),
        _ => true,
        FirstCounts: false);
}

/// <summary>The key of a row.</summary>
/// <param name="Place">Task, problem, and run or budget.</param>
/// <param name="TraceId">The trace that the row belongs to; empty where task, problem, run and budget are the complete key.</param>
internal readonly record struct RowKey(TrialKey Place, string TraceId) : IComparable<RowKey>
{
    public int CompareTo(RowKey other)
    {
        int order = Place.CompareTo(other.Place);
        return order == 0 ? string.CompareOrdinal(TraceId, other.TraceId) : order;
    }
}
