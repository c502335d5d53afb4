using System.Diagnostics;

namespace Calibration.Harness.Forecasting;

/// <summary>
/// How long this process was not let run while times were taken: by how much a thread that sleeps 5 ms at a time wakes too late.
/// </summary>
internal sealed class ClientStalls : IDisposable
{
    private static readonly TimeSpan Sleep = TimeSpan.FromMilliseconds(5);

    /// <summary>A timed trace with a longer stall is suspect on a server that gives no times of its own.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(50);

    private readonly Thread _watch;
    private volatile bool _stopped;
    private long _longestTicks;
    private int _longOnes;

    internal ClientStalls()
    {
        _watch = new Thread(Watch) { IsBackground = true };
        _watch.Start();
    }

    /// <summary>The longest stall so far.</summary>
    internal TimeSpan Longest => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _longestTicks));

    /// <summary>Number of stalls that make a timed trace suspect.</summary>
    internal int LongOnes => Volatile.Read(ref _longOnes);

    public void Dispose()
    {
        _stopped = true;
        _watch.Join();
    }

    private void Watch()
    {
        while (!_stopped)
        {
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(Sleep);
            long late = Stopwatch.GetTimestamp() - start - (long)(Sleep.TotalSeconds * Stopwatch.Frequency);
            if (late > Long.TotalSeconds * Stopwatch.Frequency)
                Interlocked.Increment(ref _longOnes);
            Interlocked.Exchange(ref _longestTicks, Math.Max(_longestTicks, late));
        }
    }
}
