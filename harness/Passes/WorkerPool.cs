using System.Collections.Immutable;
using Calibration.Harness.Forcing;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Passes;

/// <summary>
/// Does work on every endpoint at once: each takes the next piece when it has room, so that the load balances itself, and one that is lost
/// gives its work back and joins again when it is back within <see cref="PassContext.Absence"/>.
/// </summary>
internal sealed class WorkerPool(ImmutableArray<IBudgetForcing> forcings, PassContext context, CancellationToken deadline)
{
    private static readonly TimeSpan BetweenLoads = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock = context.Clock;

    /// <summary>Does the work, on whichever endpoint takes it.</summary>
    /// <param name="planned">The work in its order.</param>
    /// <param name="doAsync">Does one piece. Where the endpoint is lost on the way, it gives back what is left of it, and throws.</param>
    /// <param name="cancellationToken">Abandons what is in flight.</param>
    /// <exception cref="EndpointLostException">Every endpoint is lost.</exception>
    internal async Task DoAsync<TWork>(
        IEnumerable<TWork> planned, Func<IBudgetForcing, TWork, Action<TWork>, CancellationToken, Task> doAsync,
            CancellationToken cancellationToken)
        where TWork : class
    {
        var queue = new WorkQueue<TWork>(planned, deadline);
        do
        {
            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            EndpointLostException?[] lost =
                await Task.WhenAll(forcings.Select(forcing => ServeAsync(forcing, queue, doAsync, done, cancellationToken)));
            if (!deadline.IsCancellationRequested && lost.All(fault => fault is not null))
                throw lost[0]!;
        }
        while (queue.HasReturned);
    }

    /// <summary>Null where the work ran out; else how the endpoint was lost.</summary>
    private async Task<EndpointLostException?> ServeAsync<TWork>(
        IBudgetForcing forcing,
        WorkQueue<TWork> queue,
        Func<IBudgetForcing, TWork, Action<TWork>, CancellationToken, Task> doAsync,
        CancellationTokenSource done,
        CancellationToken cancellationToken)
        where TWork : class
    {
        // What is begun beyond what may be in flight would only wait for its turn, an answer behind all other problems' traces.
        int begun = Math.Min(context.Plan.Concurrency, forcing.Requests.Slots.Maximum);
        while (true)
        {
            EndpointLostException? lost = null;
            using (var serving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                Task adapting = AdaptAsync(forcing.Requests, serving.Token);
                try
                {
                    await Parallel.ForEachAsync(
                        Enumerable.Range(0, begun),
                        new ParallelOptions { MaxDegreeOfParallelism = begun, CancellationToken = cancellationToken },
                        async (_, cancelled) =>
                        {
                            try
                            {
                                while (lost is null && queue.TryTake(out TWork? work))
                                    await doAsync(forcing, work, queue.Return, cancelled);
                            }
                            catch (EndpointLostException fault)
                            {
                                lost = fault;
                            }
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
            if (lost is null || forcings.Length == 1 || !await IsBackAsync(forcing, done.Token))
            {
                cancellationToken.ThrowIfCancellationRequested();
                return lost;
            }
        }
    }

    /// <summary>The work may run out, or the deadline come, before the endpoint is back.</summary>
    private async Task<bool> IsBackAsync(IBudgetForcing forcing, CancellationToken done)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(done, deadline);
        try
        {
            return await forcing.Requests.WaitUntilAvailableAsync(context.Absence, either.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Fits the requests in flight to the server's own queue, if it reports one; while it is down it reports nothing.</summary>
    private async Task AdaptAsync(GenerationSender requests, CancellationToken serving)
    {
        bool tells = true;
        while (tells && !serving.IsCancellationRequested)
        {
            try
            {
                ServerLoad? load = await requests.LoadAsync(serving);
                tells = load?.Queued is not null;
                if (load is { Queued: { } queued })
                    requests.Slots.Queue(load.Working, queued);
                await Task.Delay(BetweenLoads, _clock, serving);
            }
            catch (EndpointException)
            {
                await Task.Delay(BetweenLoads, _clock, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
