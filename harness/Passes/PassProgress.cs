namespace Calibration.Harness.Passes;

/// <summary>Counts what a pass has done and reports it: after every row, and every minute while no row comes.</summary>
internal sealed class PassProgress
{
    private static readonly TimeSpan BetweenHeartbeats = TimeSpan.FromMinutes(1);

    private readonly string _pass;
    private readonly long _total;
    private readonly Func<EndpointTraffic> _traffic;
    private readonly IProgress<MeasuringProgress> _progress;
    private readonly TimeProvider _clock;
    private long _done;
    private long _tokens;
    private long _excluded;

    /// <summary>Begins to count.</summary>
    /// <param name="pass">Name of the pass, with its planned rows and those that an earlier start has finished.</param>
    /// <param name="traffic">What passes between client and endpoints now.</param>
    /// <param name="progress">Where it is reported.</param>
    /// <param name="clock">Times the heartbeat.</param>
    internal PassProgress(
        (string Name, long Total, long Done) pass, Func<EndpointTraffic> traffic, IProgress<MeasuringProgress> progress, TimeProvider clock)
    {
        (this._pass, _total, _done) = pass;
        (this._traffic, this._progress, this._clock) = (traffic, progress, clock);
    }

    /// <summary>Reports now, and every minute until disposed.</summary>
    internal ITimer StartHeartbeat()
    {
        Report();
        return _clock.CreateTimer(_ => Report(), null, BetweenHeartbeats, BetweenHeartbeats);
    }

    /// <summary>Rows that an earlier start has finished.</summary>
    internal void Skip(int rows) => Interlocked.Add(ref _done, rows);

    internal void Thought(int thinkingTokens) => Interlocked.Add(ref _tokens, thinkingTokens);

    /// <summary>A row is finished.</summary>
    internal void Finish(FinishedRow row)
    {
        Interlocked.Increment(ref _done);
        if (!row.IsUsable)
            Interlocked.Increment(ref _excluded);
        Report(row);
    }

    private void Report(FinishedRow? row = null) => _progress.Report(
        new MeasuringProgress(
            _pass, Interlocked.Read(ref _done), _total, Interlocked.Read(ref _tokens), Interlocked.Read(ref _excluded), _traffic())
        {
            Row = row,
        });
}
