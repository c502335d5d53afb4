namespace Calibration.Harness.Transport;

/// <summary>
/// Requests in flight at once, up to a limit that adapts: halved when the endpoint says that it is busy (429) or does not answer in time,
/// cut to what it works on and a short queue if it reports its queue, and raised by one after as many answers as the limit.
/// </summary>
internal sealed class RequestSlots
{
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _maximum;
    private double? _lowest;
    private double _limit;
    private int _inFlight;
    private long _epoch;

    /// <summary>All of <paramref name="maximum"/> slots are open at first.</summary>
    internal RequestSlots(int maximum) => _limit = _maximum = maximum;

    /// <summary>Requests that may be in flight now.</summary>
    internal int Limit
    {
        get
        {
            lock (_gate)
                return (int)_limit;
        }
    }

    /// <summary>Requests that may be in flight at most, however well the endpoint answers.</summary>
    internal int Maximum
    {
        get
        {
            lock (_gate)
                return _maximum;
        }
    }

    /// <summary>The lowest limit so far, or null where it was never lowered.</summary>
    internal int? LowestLimit
    {
        get
        {
            lock (_gate)
                return (int?)_lowest;
        }
    }

    /// <summary>Requests in flight now.</summary>
    internal int InFlight
    {
        get
        {
            lock (_gate)
                return _inFlight;
        }
    }

    /// <summary>Waits for a slot.</summary>
    /// <returns>The state of the limit, to be handed to <see cref="Busy"/>.</returns>
    internal async ValueTask<long> TakeAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (_inFlight < (int)_limit)
            {
                _inFlight++;
                return _epoch;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
        }

        await using CancellationTokenRegistration cancelled = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn);
        await turn.Task;
        lock (_gate)
            return _epoch;
    }

    /// <summary>Gives a slot back.</summary>
    internal void Return()
    {
        lock (_gate)
        {
            _inFlight--;
            Admit();
        }
    }

    /// <summary>An answer came.</summary>
    internal void Answered()
    {
        lock (_gate)
        {
            _limit = Math.Min(_maximum, _limit + (1 / _limit));
            Admit();
        }
    }

    /// <summary>
    /// The endpoint is too busy for a request that was sent at <paramref name="sentAt"/>; requests sent before the last cut say nothing
    /// new.
    /// </summary>
    internal void Busy(long sentAt)
    {
        lock (_gate)
        {
            if (sentAt == _epoch)
                Cut(_limit / 2);
        }
    }

    /// <summary>
    /// The endpoint works on this many requests at once: more would only wait there, short answers behind long traces until they are
    /// given up.
    /// </summary>
    internal void AtMost(int working)
    {
        lock (_gate)
        {
            _maximum = Math.Clamp(working, 1, _maximum);
            _limit = Math.Min(_limit, _maximum);
        }
    }

    /// <summary>The endpoint reports its queue: a quarter of its running requests keeps it busy; more only waits.</summary>
    internal void Queue(int working, int queued)
    {
        lock (_gate)
        {
            int wanted = working + (working / 4) + 2;
            if (queued > (working / 4) + 2 && wanted < _limit)
                Cut(wanted);
        }
    }

    private void Cut(double to)
    {
        _limit = Math.Max(1, to);
        _lowest = Math.Min(_lowest ?? _maximum, _limit);
        _epoch++;
    }

    private void Admit()
    {
        while (_inFlight < (int)_limit && _waiting.TryDequeue(out TaskCompletionSource? turn))
        {
            if (turn.TrySetResult())
                _inFlight++;
        }
    }
}
