namespace Calibration.Harness.Probing;

/// <summary>What client and server do together when many requests are in flight.</summary>
internal static class Throughput
{
    /// <summary>Requests per second over about 1.5 seconds; each gets a number of its own.</summary>
    internal static async Task<double> RequestsPerSecondAsync(int concurrency, TimeProvider clock, Func<int, Task> sendAsync)
    {
        long start = clock.GetTimestamp();
        int sent = 0;
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(async _ =>
        {
            do
            {
                await sendAsync(Interlocked.Increment(ref sent));
            }
            while (clock.GetElapsedTime(start).TotalSeconds < 1.5);
        }));
        return sent / clock.GetElapsedTime(start).TotalSeconds;
    }
}
