namespace Calibration.Harness.Passes;

/// <summary>Counts what a pass has done and reports it: after every row, and every minute while no row comes.</summary>
internal sealed class PassProgress
{
    private static readonly TimeSpan BetweenHeartbeats = TimeSpan.FromMinutes(1);

    private readonly string pass;
    private readonly long total;
    private readonly Func<EndpointTraffic> traffic;
    private readonly IProgress<MeasuringProgress> progress;
    private readonly TimeProvider clock;
    private long done;
    private long tokens;
    private long excluded;

    /// <summary>Begins to count.</summary>
    /// <param name="pass">Name of the pass, with its planned rows and those that an earlier start has finished.</param>
    /// <param name="traffic">What passes between client and endpoints now.</param>
    /// <param name="progress">Where it is reported.</param>
    /// <param name="clock">Times the heartbeat.</param>
    internal PassProgress(
        (string Name, long Total, long Done) pass, Func<EndpointTraffic> traffic, IProgress<MeasuringProgress> progress, TimeProvider clock)
    {
        (this.pass, total, done) = pass;
        (this.traffic, this.progress, this.clock) = (traffic, progress, clock);
    }

    /// <summary>Reports every minute until disposed.</summary>
    internal ITimer StartHeartbeat() => clock.CreateTimer(_ => Report(), null, BetweenHeartbeats, BetweenHeartbeats);

    /// <summary>Rows that an earlier start has finished.</summary>
    internal void Skip(int rows) => Interlocked.Add(ref done, rows);

    internal void Thought(int thinkingTokens) => Interlocked.Add(ref tokens, thinkingTokens);

    /// <summary>A row is finished.</summary>
    internal void Finish(bool isUsable)
    {
        Interlocked.Increment(ref done);
        if (!isUsable)
            Interlocked.Increment(ref excluded);
        Report();
    }

    private void Report() => progress.Report(new MeasuringProgress(
        pass, Interlocked.Read(ref done), total, Interlocked.Read(ref tokens), Interlocked.Read(ref excluded), traffic()));
}
