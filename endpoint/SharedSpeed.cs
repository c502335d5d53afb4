using System.Diagnostics;

namespace Calibration.Endpoint;

/// <summary>
/// A generation speed that all requests in work share equally (processor sharing), as a server has it that gains nothing from batching.
/// Virtual time counts the tokens that a request in work since the beginning would have.
/// </summary>
/// <param name="tokensPerSecond">Tokens per second of all requests together; above 0.</param>
internal sealed class SharedSpeed(double tokensPerSecond)
{
    /// <summary>The share may change while one waits: nobody sleeps longer than this.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private long changedAt = Stopwatch.GetTimestamp();
    private double virtualTokens;
    private int working;

    /// <summary>A request joins.</summary>
    /// <returns>The virtual time of its start.</returns>
    internal double Join()
    {
        lock (gate)
        {
            Advance();
            working++;
            return virtualTokens;
        }
    }

    /// <summary>A request leaves.</summary>
    internal void Leave()
    {
        lock (gate)
        {
            Advance();
            working--;
        }
    }

    /// <summary>Tokens that a request in work has had since its start.</summary>
    internal double TokensSince(double start)
    {
        lock (gate)
        {
            Advance();
            return virtualTokens - start;
        }
    }

    /// <summary>Waits until a request in work has had so many tokens.</summary>
    internal async Task WaitForAsync(double start, int tokens, CancellationToken cancellationToken)
    {
        while (LeftUntil(start + tokens) is var left && left > TimeSpan.Zero)
            await Task.Delay(left < LongestSleep ? left : LongestSleep, cancellationToken);
    }

    private TimeSpan LeftUntil(double target)
    {
        lock (gate)
        {
            Advance();
            return TimeSpan.FromSeconds(Math.Max(0, target - virtualTokens) * working / tokensPerSecond);
        }
    }

    private void Advance()
    {
        long now = Stopwatch.GetTimestamp();
        if (working > 0)
            virtualTokens += Stopwatch.GetElapsedTime(changedAt, now).TotalSeconds * tokensPerSecond / working;
        changedAt = now;
    }
}
