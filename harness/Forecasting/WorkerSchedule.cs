namespace Calibration.Harness.Forecasting;

/// <summary>
/// How long workers need for pieces of work, which they take in order: a server that shares its speed equally among them. So the last
/// pieces, beside which fewer and fewer are in flight, have their right weight.
/// </summary>
internal static class WorkerSchedule
{
    /// <param name="pieces">Seconds of each piece on the fully loaded server.</param>
    /// <param name="workers">Number of workers, at least 1.</param>
    /// <param name="speed">The server's speed with so many pieces in flight, relative to the fully loaded one.</param>
    internal static double Seconds(IEnumerable<double> pieces, int workers, Func<int, double> speed)
    {
        // In virtual time every piece in flight is served at speed 1: a piece ends at its start and its work.
        var ends = new PriorityQueue<double, double>();
        double virtualTime = 0, seconds = 0;
        using IEnumerator<double> left = pieces.GetEnumerator();
        bool hasMore = left.MoveNext();
        while (hasMore || ends.Count > 0)
        {
            while (hasMore && ends.Count < workers)
            {
                ends.Enqueue(virtualTime + left.Current, virtualTime + left.Current);
                hasMore = left.MoveNext();
            }

            int inFlight = ends.Count;
            double next = ends.Dequeue();
            seconds += (next - virtualTime) * inFlight / speed(inFlight);
            virtualTime = next;
        }

        return seconds;
    }
}
