using System.Runtime.CompilerServices;
using Calibration.Results.Journaling;

namespace Calibration.Results;

/// <summary>A row of several runs put together.</summary>
/// <param name="Row">The row that counts.</param>
/// <param name="Copies">How many rows had its key, 1 or more.</param>
public readonly record struct MergedRow<TRow>(TRow Row, int Copies);

/// <summary>
/// The rows of several runs in the order of their keys, each key once. One row of each run is kept in memory, and what its
/// file gives at a time. Of rows with one key the first good one counts, in the runs' order, else the first.
/// </summary>
public static class MergedRows
{
    /// <summary>The graded answers; good are those that the fits may use.</summary>
    /// <exception cref="InvalidDataException">A run's rows are not in the order of their keys.</exception>
    public static IAsyncEnumerable<MergedRow<Trial>> TrialsAsync(
        IReadOnlyList<RunFolder> runs, CancellationToken cancellationToken = default) =>
        MergeAsync(runs, run => run.Trials.ReadAsync(), RowOrders.Trials with { IsGood = trial => trial.IsUsable }, cancellationToken);

    /// <summary>The service times; good are those that did not fail.</summary>
    /// <exception cref="InvalidDataException">A run's rows are not in the order of their keys.</exception>
    public static IAsyncEnumerable<MergedRow<ServiceSample>> ServiceAsync(
        IReadOnlyList<RunFolder> runs, CancellationToken cancellationToken = default) =>
        MergeAsync(runs, run => run.Service.ReadAsync(), RowOrders.Service, cancellationToken);

    /// <summary>The thinking traces.</summary>
    /// <exception cref="InvalidDataException">A run's rows are not in the order of their keys.</exception>
    public static IAsyncEnumerable<MergedRow<Trace>> TracesAsync(
        IReadOnlyList<RunFolder> runs, CancellationToken cancellationToken = default) =>
        MergeAsync(runs, run => run.Traces.ReadAsync(), RowOrders.Traces, cancellationToken);

    /// <summary>Thinking as text; null where no run has any.</summary>
    /// <exception cref="InvalidDataException">A run's rows are not in the order of their keys.</exception>
    public static IAsyncEnumerable<MergedRow<KeptThinking>>? ThinkingAsync(
        IReadOnlyList<RunFolder> runs, CancellationToken cancellationToken = default) =>
        runs.Any(run => run.Thinking.Exists)
            ? MergeAsync(runs, run => run.Thinking.ReadAsync(), RowOrders.Thinking, cancellationToken)
            : null;

    private static async IAsyncEnumerable<MergedRow<TRow>> MergeAsync<TRow>(
        IReadOnlyList<RunFolder> runs, Func<RunFolder, IAsyncEnumerable<TRow>> read, RowOrder<TRow> order,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursors = new List<IAsyncEnumerator<TRow>>();
        var next = new PriorityQueue<int, (RowKey Key, int Run)>();
        try
        {
            for (int run = 0; run < runs.Count; run++)
            {
                cursors.Add(read(runs[run]).GetAsyncEnumerator(cancellationToken));
                await AdvanceAsync(run, null);
            }

            while (next.TryDequeue(out int run, out (RowKey Key, int Run) at))
            {
                TRow row = cursors[run].Current;
                int copies = 1;
                await AdvanceAsync(run, at.Key);
                for (; next.TryPeek(out int other, out (RowKey Key, int Run) same) && same.Key.CompareTo(at.Key) == 0; copies++)
                {
                    next.Dequeue();
                    TRow copy = cursors[other].Current;
                    if (!order.IsGood(row) && order.IsGood(copy))
                        row = copy;
                    await AdvanceAsync(other, same.Key);
                }

                yield return new MergedRow<TRow>(row, copies);
            }
        }
        finally
        {
            foreach (IAsyncEnumerator<TRow> cursor in cursors)
                await cursor.DisposeAsync();
        }

        async Task AdvanceAsync(int run, RowKey? last)
        {
            if (!await cursors[run].MoveNextAsync())
                return;
            RowKey key = order.KeyOf(cursors[run].Current);
            if (last is { } before && key.CompareTo(before) < 0)
                throw new InvalidDataException($"{runs[run].Path} has rows out of order (at {key}): it was not written by this version.");
            next.Enqueue(run, (key, run));
        }
    }
}
