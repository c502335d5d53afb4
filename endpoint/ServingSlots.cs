using System.Diagnostics;

namespace Calibration.Endpoint;

/// <summary>As many requests at once as a server has room for; the others wait in the order of their arrival, up to a limit.</summary>
internal sealed class ServingSlots(int count, int queueLimit) : IDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim free = new(count);
    private long changedAt = Stopwatch.GetTimestamp();
    private double busySeconds;
    private int working;
    private int queued;

    internal (int Working, int Queued) Load
    {
        get
        {
            lock (gate)
                return (working, queued);
        }
    }

    /// <summary>Seconds that slots have worked, summed over the slots.</summary>
    internal double BusySeconds
    {
        get
        {
            lock (gate)
                return busySeconds + (working * Stopwatch.GetElapsedTime(changedAt).TotalSeconds);
        }
    }

    /// <returns>Whether there is room; if so, <see cref="Leave"/> must follow.</returns>
    internal async Task<bool> EnterAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (working == count && queued >= queueLimit)
                return false;
            queued++;
        }

        try
        {
            await free.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (gate)
                queued--;
        }

        Change(+1);
        return true;
    }

    public void Dispose() => free.Dispose();

    internal void Leave()
    {
        Change(-1);
        free.Release();
    }

    private void Change(int by)
    {
        lock (gate)
        {
            long now = Stopwatch.GetTimestamp();
            busySeconds += working * Stopwatch.GetElapsedTime(changedAt, now).TotalSeconds;
            changedAt = now;
            working += by;
        }
    }
}
