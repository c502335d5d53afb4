namespace Calibration.Harness;

/// <summary>
/// The speed that a server has shown, and the timeout that follows from it: a server that is only slow must not be timed out, because a
/// request that is sent again costs all of its tokens a second time.
/// </summary>
internal sealed class ServerSpeed
{
    /// <summary>No token takes less in a timeout: short answers wait for the server's queue, not for their tokens.</summary>
    private const double LeastSecondsPerToken = 0.25;

    /// <summary>Before anything is known of the server.</summary>
    private const double UnknownSecondsPerToken = 2;

    /// <summary>A response may take this many times as long as the mean of the last ones.</summary>
    private const double Tolerance = 4;

    /// <summary>Before the first response under load: as if the server gained nothing from batching, and twice that.</summary>
    private const double ToleranceAlone = 2;

    private const int Remembered = 64;

    private readonly Lock gate = new();
    private readonly Queue<(int Tokens, double Seconds)> last = new();
    private double? alone;
    private double tokens;
    private double seconds;

    /// <summary>Seconds per token of one stream on an otherwise idle server; a later, slower one counts.</summary>
    internal void Streamed(double secondsPerToken)
    {
        lock (gate)
            alone = Math.Max(alone ?? 0, secondsPerToken);
    }

    /// <summary>A whole response came.</summary>
    /// <param name="generated">Its tokens.</param>
    /// <param name="took">Seconds from sending the request.</param>
    internal void Answered(int generated, double took)
    {
        lock (gate)
        {
            generated = Math.Max(1, generated);
            last.Enqueue((generated, took));
            (tokens, seconds) = (tokens + generated, seconds + took);
            if (last.Count <= Remembered)
                return;
            (int oldTokens, double oldSeconds) = last.Dequeue();
            (tokens, seconds) = (tokens - oldTokens, seconds - oldSeconds);
        }
    }

    /// <summary>Seconds that a token may take in a response, in a timeout.</summary>
    /// <param name="inFlight">Requests that may share the server.</param>
    internal double SecondsPerToken(int inFlight)
    {
        lock (gate)
        {
            double shown = last.Count > 0 ? Tolerance * seconds / tokens
                : alone is { } single ? ToleranceAlone * single * inFlight
                : UnknownSecondsPerToken;
            return Math.Max(LeastSecondsPerToken, shown);
        }
    }

    /// <summary>Tokens that a request had probably been given when it was abandoned; 0 where no speed is known.</summary>
    internal int TokensWithin(TimeSpan abandonedAfter, int wanted, int inFlight)
    {
        lock (gate)
        {
            double perToken = last.Count > 0 ? seconds / tokens : (alone ?? 0) * inFlight;
            return perToken > 0 ? (int)Math.Min(wanted, abandonedAfter.TotalSeconds / perToken) : 0;
        }
    }
}
