using System.Diagnostics;

namespace Calibration.Harness.Probing;

/// <summary>
/// How long this process was not let run while times were taken: by how much a thread that sleeps 5 ms at a time wakes too late.
/// </summary>
internal sealed class ClientStalls : IDisposable
{
    private static readonly TimeSpan Sleep = TimeSpan.FromMilliseconds(5);

    private readonly Thread watch;
    private volatile bool stopped;
    private long longestTicks;

    internal ClientStalls()
    {
        watch = new Thread(Watch) { IsBackground = true };
        watch.Start();
    }

    /// <summary>The longest stall so far.</summary>
    internal TimeSpan Longest => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref longestTicks));

    public void Dispose()
    {
        stopped = true;
        watch.Join();
    }

    private void Watch()
    {
        while (!stopped)
        {
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(Sleep);
            long late = Stopwatch.GetTimestamp() - start - (long)(Sleep.TotalSeconds * Stopwatch.Frequency);
            Interlocked.Exchange(ref longestTicks, Math.Max(longestTicks, late));
        }
    }
}
