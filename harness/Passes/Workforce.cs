using System.Collections.Immutable;

namespace Calibration.Harness.Passes;

/// <summary>
/// Does work on every endpoint at once: each takes the next piece when it has room, so that the load balances itself, and one that is lost
/// gives its work back and joins again when it is back within <c>absence</c>.
/// </summary>
internal sealed class Workforce(ImmutableArray<EndpointSession> sessions, int concurrency, TimeSpan absence, CancellationToken deadline)
{
    private static readonly TimeSpan BetweenLoads = TimeSpan.FromSeconds(1);

    /// <summary>Does the work, on whichever endpoint takes it.</summary>
    /// <param name="planned">The work in its order.</param>
    /// <param name="doAsync">Does one piece. Where the endpoint is lost on the way, it gives back what is left of it.</param>
    /// <param name="cancellationToken">Abandons what is in flight.</param>
    /// <exception cref="EndpointLostException">Every endpoint is lost.</exception>
    internal async Task DoAsync<TWork>(
        IEnumerable<TWork> planned, Func<EndpointSession, TWork, CancellationToken, Task<TWork?>> doAsync, CancellationToken cancellationToken)
        where TWork : class
    {
        var queue = new WorkQueue<TWork>(planned, deadline);
        do
        {
            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            EndpointLostException?[] lost = await Task.WhenAll(sessions.Select(session => ServeAsync(session, queue, doAsync, done, cancellationToken)));
            if (!deadline.IsCancellationRequested && lost.All(fault => fault is not null))
                throw lost[0]!;
        }
        while (queue.HasReturned);
    }

    /// <summary>Null where the work ran out; else how the endpoint was lost.</summary>
    private async Task<EndpointLostException?> ServeAsync<TWork>(
        EndpointSession session, WorkQueue<TWork> queue, Func<EndpointSession, TWork, CancellationToken, Task<TWork?>> doAsync, CancellationTokenSource done, CancellationToken cancellationToken)
        where TWork : class
    {
        while (true)
        {
            EndpointLostException? lost = null;
            using (var serving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                Task adapting = AdaptAsync(session, serving.Token);
                try
                {
                    await Parallel.ForEachAsync(
                        Enumerable.Range(0, concurrency),
                        new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken },
                        async (_, cancelled) =>
                        {
                            while (lost is null && queue.TryTake(out TWork? work))
                                lost = await LostAsync(session, queue, work, doAsync, cancelled) ?? lost;
                        });
                }
                finally
                {
                    await serving.CancelAsync();
                    await adapting;
                }
            }

            if (lost is null)
                await done.CancelAsync();
            if (lost is null || sessions.Length == 1 || !await IsBackAsync(session, done.Token))
            {
                cancellationToken.ThrowIfCancellationRequested();
                return lost;
            }
        }
    }

    private static async Task<EndpointLostException?> LostAsync<TWork>(
        EndpointSession session, WorkQueue<TWork> queue, TWork work, Func<EndpointSession, TWork, CancellationToken, Task<TWork?>> doAsync, CancellationToken cancellationToken)
        where TWork : class
    {
        if (await doAsync(session, work, cancellationToken) is not { } left)
            return null;
        queue.Return(left);
        return new EndpointLostException($"{session.Server.Facts.Url} is down.");
    }

    /// <summary>The work may run out, or the deadline come, before the endpoint is back.</summary>
    private async Task<bool> IsBackAsync(EndpointSession session, CancellationToken done)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(done, deadline);
        try
        {
            return await session.BackAsync(absence, either.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Fits the requests in flight to the server's own queue, where it tells it.</summary>
    private static async Task AdaptAsync(EndpointSession session, CancellationToken serving)
    {
        try
        {
            while (await session.Server.LoadAsync(serving) is { } load)
            {
                session.Slots.Queue(load.Working, load.Queued);
                await Task.Delay(BetweenLoads, serving);
            }
        }
        catch (Exception fault) when (fault is EndpointException or OperationCanceledException)
        {
            // Without the page, or the server, only its refusals tell its load.
        }
    }
}
