using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Calibration.Tests.Harness.Transport;

/// <summary>A clock that goes forward only by the waits of what is tested, each at once.</summary>
internal sealed class SteppingClock : FakeTimeProvider
{
    /// <summary>Longer timers are limits, which pass only when the waits add up to them.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(6);

    private readonly Channel<TimeSpan> _begun = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime <= LongestWait)
            _begun.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Lets every wait pass until the task has ended, well or not.</summary>
    /// <returns>The waits in seconds.</returns>
    internal async Task<IReadOnlyList<double>> PassAsync(Task tested)
    {
        var waits = new List<double>();
        while (await Task.WhenAny(tested, _begun.Reader.WaitToReadAsync().AsTask()) != tested)
        {
            if (!_begun.Reader.TryRead(out TimeSpan wait))
                continue;
            waits.Add(wait.TotalSeconds);
            Advance(wait);
        }

        return waits;
    }
}
