using System.Diagnostics;

namespace Calibration.Endpoint.Serving;

/// <summary>
/// A generation speed that all running requests share equally (processor sharing), as on a server that gains nothing from batching.
/// Virtual time counts the tokens that a request running since the beginning would have.
/// </summary>
/// <param name="tokensPerSecond">Tokens per second of all requests together; above 0.</param>
internal sealed class SharedSpeed(double tokensPerSecond)
{
    /// <summary>The share may change while one waits: nobody sleeps longer than this.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private long _changedAt = Stopwatch.GetTimestamp();
    private double _virtualTokens;
    private int _working;

    /// <summary>A request joins.</summary>
    /// <returns>The virtual time of its start.</returns>
    internal double Join()
    {
        lock (_gate)
        {
            Advance();
            _working++;
            return _virtualTokens;
        }
    }

    /// <summary>A request leaves.</summary>
    internal void Leave()
    {
        lock (_gate)
        {
            Advance();
            _working--;
        }
    }

    /// <summary>Tokens that a running request has had since its start.</summary>
    internal double TokensSince(double start)
    {
        lock (_gate)
        {
            Advance();
            return _virtualTokens - start;
        }
    }

    /// <summary>Waits until a running request has had this many tokens.</summary>
    internal async Task WaitForAsync(double start, int tokens, CancellationToken cancellationToken)
    {
        while (LeftUntil(start + tokens) is var left && left > TimeSpan.Zero)
            await Task.Delay(left < LongestSleep ? left : LongestSleep, cancellationToken);
    }

    private TimeSpan LeftUntil(double target)
    {
        lock (_gate)
        {
            Advance();
            return TimeSpan.FromSeconds(Math.Max(0, target - _virtualTokens) * _working / tokensPerSecond);
        }
    }

    private void Advance()
    {
        long now = Stopwatch.GetTimestamp();
        if (_working > 0)
            _virtualTokens += Stopwatch.GetElapsedTime(_changedAt, now).TotalSeconds * tokensPerSecond / _working;
        _changedAt = now;
    }
}
