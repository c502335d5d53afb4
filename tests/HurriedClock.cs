namespace Calibration.Tests;

/// <summary>
/// A clock that runs several times as fast as the machine's: a run waits for its endpoint as it always does, and a test does not wait for
/// the run.
/// </summary>
/// <param name="times">How many of its seconds pass in one of the machine's.</param>
internal sealed class HurriedClock(int times) : TimeProvider
{
    private readonly long _start = System.GetTimestamp();
    private readonly DateTimeOffset _startUtc = System.GetUtcNow();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => _start + (times * (System.GetTimestamp() - _start));

    public override DateTimeOffset GetUtcNow() => _startUtc + (times * System.GetElapsedTime(_start));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new HurriedTimer(System.CreateTimer(callback, state, OfMachine(dueTime), OfMachine(period)), this);

    /// <summary>Not below the resolution of the machine's timers: a wait that ends too early is begun again.</summary>
    private TimeSpan OfMachine(TimeSpan time) =>
        time <= TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(Math.Max(1, time.TotalMilliseconds / times));

    private sealed class HurriedTimer(ITimer timer, HurriedClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.OfMachine(dueTime), clock.OfMachine(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
