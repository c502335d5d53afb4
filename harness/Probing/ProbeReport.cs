using System.Collections.Immutable;
using Calibration.Harness.Forecasting;
using Calibration.Results;

namespace Calibration.Harness.Probing;

/// <summary>What a short look at an endpoint found.</summary>
public sealed record ProbeReport
{
    /// <summary>The server.</summary>
    public required EndpointFacts Endpoint { get; init; }

    /// <summary>What is to be known of the evidence for the server's dialect; empty where it was seen on a running server.</summary>
    public string Caveat { get; init; } = "";

    /// <summary>Name of the model's profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Whether generations bring their token ids.</summary>
    public required bool ReturnsIds { get; init; }

    /// <summary>The ways of enforcing a budget.</summary>
    public required ImmutableArray<FormatCheck> Formats { get; init; }

    /// <summary>The prefix cache.</summary>
    public required CacheCheck Cache { get; init; }

    /// <summary>Service time of an answer without thinking, in seconds: t0 at a glance.</summary>
    public required double OverheadSeconds { get; init; }

    /// <summary>Seconds of one more thinking token: c at a glance.</summary>
    public required double SecondsPerToken { get; init; }

    /// <summary>Whether the server reports its load, so that other requests during a timed one are detected.</summary>
    public required bool TellsLoad { get; init; }

    /// <summary>
    /// Tokens that arrive at once in the middle of a stream, where they are too many for its times to be those of tokens; else 1.
    /// </summary>
    public required int TokensTogether { get; init; }

    /// <summary>The longest time for which this client was not let run while times were taken.</summary>
    public required TimeSpan LongestClientStall { get; init; }

    /// <summary>Requests of one token per second that client and server completed, at <see cref="Concurrency"/> in flight.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Requests that were in flight at once.</summary>
    public required int Concurrency { get; init; }

    /// <summary>How fast the endpoint does the pieces of the overnight plan; absent where it could not be tried.</summary>
    public ServerPace? Pace { get; init; }

    /// <summary>Why the overnight plan could not be tried; empty where it was.</summary>
    public string PaceFault { get; init; } = "";

    /// <summary>Whether one of the ways that measuring takes enforces exactly.</summary>
    public bool EnforcesExactly => Formats.Any(format => format is { Decides: true, IsExact: true });
}

/// <summary>What the server's prefix cache does to the second of two equal requests.</summary>
/// <param name="PromptTokens">Length of the prompt; absent where the server does not count it in text mode.</param>
/// <param name="FirstSeconds">Time to one token the first time.</param>
/// <param name="AgainSeconds">The same again, the cache allowed.</param>
/// <param name="ColdSeconds">The same again, the cache forbidden as in the latency pass.</param>
/// <param name="AgainHit">Cached tokens that the server reported for the second; absent where it does not say.</param>
/// <param name="ColdHit">Cached tokens that it reported where the cache was forbidden; absent where it does not say.</param>
public sealed record CacheCheck(
    int? PromptTokens, double FirstSeconds, double AgainSeconds, double ColdSeconds, int? AgainHit, int? ColdHit)
{
    /// <summary>The medians of several rounds; of the counts the largest.</summary>
    internal static CacheCheck MedianOf(IReadOnlyList<CacheCheck> rounds) => new(
        rounds.Max(round => round.PromptTokens),
        MedianOf(rounds.Select(round => round.FirstSeconds)),
        MedianOf(rounds.Select(round => round.AgainSeconds)),
        MedianOf(rounds.Select(round => round.ColdSeconds)),
        rounds.Max(round => round.AgainHit),
        rounds.Max(round => round.ColdHit));

    internal static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
