namespace Calibration.Harness.Transport;

/// <summary>
/// Requests in flight at once, up to a limit that adapts: halved when the endpoint says that it is busy (429) or does not answer in time,
/// cut to what it
/// works on and a short queue where it tells its queue, and grown by one for each limit's worth of answers.
/// </summary>
internal sealed class RequestSlots
{
    private readonly Lock gate = new();
    private readonly Queue<TaskCompletionSource> waiting = new();
    private readonly int most;
    private double? lowest;
    private double limit;
    private int inFlight;
    private long epoch;

    /// <summary>All of <paramref name="most"/> slots are open at first.</summary>
    internal RequestSlots(int most) => limit = this.most = most;

    /// <summary>Requests that may be in flight now.</summary>
    internal int Limit
    {
        get
        {
            lock (gate)
                return (int)limit;
        }
    }

    /// <summary>The lowest limit so far, or null where it was never lowered.</summary>
    internal int? LowestLimit
    {
        get
        {
            lock (gate)
                return (int?)lowest;
        }
    }

    /// <summary>Requests in flight now.</summary>
    internal int InFlight
    {
        get
        {
            lock (gate)
                return inFlight;
        }
    }

    /// <summary>Waits for a slot.</summary>
    /// <returns>The state of the limit, to be handed to <see cref="Busy"/>.</returns>
    internal async ValueTask<long> TakeAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (gate)
        {
            if (inFlight < (int)limit)
            {
                inFlight++;
                return epoch;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(turn);
        }

        await using CancellationTokenRegistration cancelled = cancellationToken.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn);
        await turn.Task;
        lock (gate)
            return epoch;
    }

    /// <summary>Gives a slot back.</summary>
    internal void Return()
    {
        lock (gate)
        {
            inFlight--;
            Admit();
        }
    }

    /// <summary>An answer came.</summary>
    internal void Answered()
    {
        lock (gate)
        {
            limit = Math.Min(most, limit + (1 / limit));
            Admit();
        }
    }

    /// <summary>
    /// The endpoint is too busy for a request that was sent at <paramref name="sentAt"/>; requests sent before the last cut say nothing
    /// new.
    /// </summary>
    internal void Busy(long sentAt)
    {
        lock (gate)
        {
            if (sentAt == epoch)
                Cut(limit / 2);
        }
    }

    /// <summary>The endpoint tells its queue: a quarter of what it works on keeps it busy, more only waits.</summary>
    internal void Queue(int working, int queued)
    {
        lock (gate)
        {
            int wanted = working + (working / 4) + 2;
            if (queued > (working / 4) + 2 && wanted < limit)
                Cut(wanted);
        }
    }

    private void Cut(double to)
    {
        limit = Math.Max(1, to);
        lowest = Math.Min(lowest ?? most, limit);
        epoch++;
    }

    private void Admit()
    {
        while (inFlight < (int)limit && waiting.TryDequeue(out TaskCompletionSource? turn))
        {
            if (turn.TrySetResult())
                inFlight++;
        }
    }
}
