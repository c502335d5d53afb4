namespace Calibration.Harness.Transport;

/// <summary>How long an endpoint is waited for.</summary>
/// <param name="Tries">How often a request is sent while the endpoint is up, at least 1.</param>
/// <param name="Idle">A stream may be silent for this long; a complete response may take this long plus a time per token.</param>
/// <param name="Down">How long requests wait for an endpoint that is down before <see cref="EndpointLostException"/>.</param>
/// <param name="Busy">How long requests wait for an endpoint that refuses them as too many (429).</param>
/// <param name="Deadline">Ends every wait for an endpoint that is down.</param>
public sealed record RetryPolicy(int Tries, TimeSpan Idle, TimeSpan Down, TimeSpan Busy, CancellationToken Deadline = default)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.1);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Every fault is said at once.</summary>
    public static RetryPolicy None { get; } = new(1, TimeSpan.FromMinutes(2), TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>For a look at an endpoint that is there: a few tries.</summary>
    public static RetryPolicy Brief { get; } = new(3, TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1));

    /// <summary>For an overnight run: 8 tries over about 13 seconds, and an hour for an endpoint that is down.</summary>
    public static RetryPolicy Overnight { get; } = new(8, TimeSpan.FromMinutes(2), TimeSpan.FromHours(1), TimeSpan.FromHours(1));

    /// <summary>
    /// The wait after so many failures, exponential; <paramref name="jitter"/> in [0, 1) spreads it by half both ways, so that clients do
    /// not come back together.
    /// </summary>
    internal static TimeSpan WaitAfter(int failures, double jitter)
    {
        double seconds = FirstWait.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 20));
        return TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, seconds) * (0.5 + jitter));
    }
}
