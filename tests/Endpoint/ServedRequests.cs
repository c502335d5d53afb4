using System.Collections.Concurrent;
using Calibration.Endpoint;

namespace Calibration.Tests.Endpoint;

/// <summary>
/// The embedded endpoint's log, kept in memory; <paramref name="onServed"/> sees every entry before the next request of its client.
/// </summary>
internal sealed class ServedRequests(Action<ServedRequest>? onServed = null) : IProgress<ServedRequest>
{
    internal ConcurrentQueue<ServedRequest> All { get; } = new();

    public void Report(ServedRequest value)
    {
        onServed?.Invoke(value);
        All.Enqueue(value);
    }
}
