namespace Calibration.Harness.Transport;

/// <summary>
/// The speed that a server has shown, and the timeout that follows from it: a server that is only slow must not be timed out, because the
/// tokens of a request that is sent again are generated twice.
/// </summary>
internal sealed class ServerSpeed
{
    /// <summary>No token takes less in a timeout: short answers wait for the server's queue, not for their tokens.</summary>
    private const double MinSecondsPerToken = 0.25;

    /// <summary>Before anything is known of the server.</summary>
    private const double UnknownSecondsPerToken = 2;

    /// <summary>
    /// A response may take this many times as long as the last ones, at their load or, by their share of the speed, at a higher one.
    /// </summary>
    private const double Tolerance = 4;

    private const int Remembered = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Shown> _last = new();

    /// <summary>A response, or a stream, came.</summary>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="seconds">The seconds that they took.</param>
    /// <param name="inFlight">Requests that shared the server meanwhile, about; at least 1.</param>
    internal void Show(int tokens, double seconds, double inFlight)
    {
        lock (_gate)
        {
            _last.Enqueue(new Shown(Math.Max(1, tokens), seconds, Math.Max(1, inFlight)));
            if (_last.Count > Remembered)
                _last.Dequeue();
        }
    }

    /// <summary>Seconds that a token may take in a response, in a timeout.</summary>
    /// <param name="inFlight">Requests that may share the server.</param>
    internal double SecondsPerToken(int inFlight) =>
        Expected(inFlight) is { } expected ? Math.Max(MinSecondsPerToken, Tolerance * expected) : UnknownSecondsPerToken;

    /// <summary>Tokens that a request had probably been given when it was abandoned; 0 where no speed is known.</summary>
    internal int TokensWithin(TimeSpan abandonedAfter, int wanted, int inFlight) =>
        Expected(inFlight) is { } expected and > 0 ? (int)Math.Min(wanted, abandonedAfter.TotalSeconds / expected) : 0;

    /// <summary>
    /// Seconds per token, as if the server gained nothing from batching: at a load beyond the one that was seen, a request's share of the
    /// speed is smaller by as much. Null where nothing was seen.
    /// </summary>
    private double? Expected(int inFlight)
    {
        lock (_gate)
        {
            if (_last.Count == 0)
                return null;
            double seconds = 0, tokens = 0;
            foreach (Shown shown in _last)
            {
                seconds += shown.Seconds * Math.Max(1, inFlight / shown.InFlight);
                tokens += shown.Tokens;
            }

            return seconds / tokens;
        }
    }

    private readonly record struct Shown(int Tokens, double Seconds, double InFlight);
}
