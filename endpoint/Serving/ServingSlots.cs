using System.Diagnostics;

namespace Calibration.Endpoint.Serving;

/// <summary>As many requests at once as a server has room for; the others wait in the order of their arrival, up to a limit.</summary>
internal sealed class ServingSlots(int count, int queueLimit) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _free = new(count);
    private long _changedAt = Stopwatch.GetTimestamp();
    private double _busySeconds;
    private int _working;
    private int _queued;

    internal (int Working, int Queued) Load
    {
        get
        {
            lock (_gate)
                return (_working, _queued);
        }
    }

    /// <summary>Seconds that slots have worked, summed over the slots.</summary>
    internal double BusySeconds
    {
        get
        {
            lock (_gate)
                return _busySeconds + (_working * Stopwatch.GetElapsedTime(_changedAt).TotalSeconds);
        }
    }

    /// <returns>Whether there is room; if so, <see cref="Leave"/> must follow.</returns>
    internal async Task<bool> EnterAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_working == count && _queued >= queueLimit)
                return false;
            _queued++;
        }

        try
        {
            await _free.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
                _queued--;
        }

        Change(+1);
        return true;
    }

    public void Dispose() => _free.Dispose();

    internal void Leave()
    {
        Change(-1);
        _free.Release();
    }

    private void Change(int by)
    {
        lock (_gate)
        {
            long now = Stopwatch.GetTimestamp();
            _busySeconds += _working * Stopwatch.GetElapsedTime(_changedAt, now).TotalSeconds;
            _changedAt = now;
            _working += by;
        }
    }
}
