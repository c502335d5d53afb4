using System.Runtime;

namespace Calibration.Harness.Transport;

/// <summary>Keeps the runtime's garbage collections, which stop every thread for milliseconds, out of a measured time.</summary>
internal static class CollectionFree
{
    /// <summary>More than the longest stream needs; where others in the process need more, collections go on as always.</summary>
    private const long Bytes = 64 << 20;

    private static int _held;

    internal static T Run<T>(Func<T> measured)
    {
        // The state is the process's: of several at once the first has it.
        if (Interlocked.Exchange(ref _held, 1) != 0)
            return measured();
        bool started = false;
        try
        {
            started = TryStart();
            return measured();
        }
        finally
        {
            End(started);
            Volatile.Write(ref _held, 0);
        }
    }

    /// <summary>
    /// False where the runtime cannot: more memory than it may reserve, or a region that another part of the process holds.
    /// </summary>
    private static bool TryStart()
    {
        try
        {
            return GC.TryStartNoGCRegion(Bytes);
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void End(bool started)
    {
        try
        {
            if (started && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
                GC.EndNoGCRegion();
        }
        catch (InvalidOperationException)
        {
            // More was needed meanwhile, and the runtime has ended it.
        }
    }
}
