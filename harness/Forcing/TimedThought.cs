using System.Collections.Immutable;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>Thinking that was streamed by one request, and when it came.</summary>
/// <param name="Asked">The problem as it was asked.</param>
/// <param name="Thought">The thinking.</param>
/// <param name="CacheSalt">What the thinking left in the prefix cache is found by.</param>
internal abstract record TimedThought(AskedProblem Asked, Thought Thought, string CacheSalt)
{
    /// <summary>Seconds to the first token, or to the end of the stream where the model ended its thinking with none.</summary>
    internal required double FirstSeconds { get; init; }

    /// <summary>Prompt tokens that came from a prefix cache, where the server says so.</summary>
    internal required int? CachedTokens { get; init; }

    /// <summary>When the tokens came, and whether those times can be the server's; absent where single tokens are not known.</summary>
    internal virtual TokenTimes? Times => null;

    /// <summary>Seconds to the end of so much thinking.</summary>
    internal abstract double SecondsAfter(int tokens);

    /// <summary>The server's own seconds to there, where it gives them.</summary>
    internal abstract double? ServerSecondsAfter(int tokens);

    /// <summary>
    /// The same, or by what the server gives an estimate that is good enough to see a stall of the client, and not stored.
    /// </summary>
    internal virtual double? ServerSecondsNear(int tokens) => ServerSecondsAfter(tokens);

    /// <summary>Tokens of the prompt and of so much thinking, which an answer's request can find in the server's cache.</summary>
    internal abstract int? PrefixTokens(int tokens);

    /// <summary>Why the time of so much thinking may not be that of its generation; null where there is no sign of it.</summary>
    internal virtual string? SuspicionAfter(int tokens, double? usualGap, bool hasServerTimes) => null;
}

/// <summary>Thinking with the time of each of its tokens.</summary>
/// <param name="Asked">The problem as it was asked.</param>
/// <param name="Row">The trace.</param>
/// <param name="CacheSalt">What the thinking left in the prefix cache is found by.</param>
/// <param name="Times">When the tokens came.</param>
internal sealed record TimedTrace(AskedProblem Asked, Trace Row, string CacheSalt, TokenTimes Times)
    : TimedThought(Asked, new TokenThought(Row), CacheSalt)
{
    internal override TokenTimes Times { get; } = Times;

    /// <summary>The server's own seconds at each token, where it gives them.</summary>
    internal required ImmutableArray<double?> ServerSecondsAt { get; init; }

    /// <summary>The server's own seconds to its first token, where it gives them.</summary>
    internal required double? ServerFirstSeconds { get; init; }

    internal override double SecondsAfter(int tokens) => tokens == 0 ? FirstSeconds : Times.SecondsAt[tokens - 1];

    internal override double? ServerSecondsAfter(int tokens) => tokens == 0 ? null : ServerSecondsAt[tokens - 1];

    /// <summary>Where the server gives only its first and its last time, tokens between are taken as evenly spaced.</summary>
    internal override double? ServerSecondsNear(int tokens)
    {
        if (tokens == 0 || ServerSecondsAt[tokens - 1] is not null)
            return ServerSecondsAfter(tokens);
        return ServerFirstSeconds is { } first && ServerSecondsAt[^1] is { } total && ServerSecondsAt.Length > 1
            ? first + ((total - first) * (tokens - 1) / (ServerSecondsAt.Length - 1))
            : null;
    }

    internal override int? PrefixTokens(int tokens) => Asked.ThinkingPrompt.Length + tokens;

    internal override string? SuspicionAfter(int tokens, double? usualGap, bool hasServerTimes) =>
        tokens == 0 ? null : Times.SuspicionAt(tokens - 1, usualGap, hasServerTimes);
}

/// <summary>Thinking that came as text: its parts are not tokens, and only the time of its end is known.</summary>
/// <param name="Asked">The problem as it was asked.</param>
/// <param name="Thought">The thinking.</param>
/// <param name="CacheSalt">A name of the request; what it left in the cache is found by the text.</param>
/// <param name="Seconds">Seconds to its end.</param>
internal sealed record TimedText(AskedProblem Asked, Thought Thought, string CacheSalt, double Seconds)
    : TimedThought(Asked, Thought, CacheSalt)
{
    /// <summary>The server's own seconds for all of it, where it gives them.</summary>
    internal required double? ServerSeconds { get; init; }

    /// <summary>Tokens of the prompt and of the thinking by the server's counts, where it gives them.</summary>
    internal required int? CountedTokens { get; init; }

    internal override double SecondsAfter(int tokens) => Seconds;

    internal override double? ServerSecondsAfter(int tokens) => ServerSeconds;

    internal override int? PrefixTokens(int tokens) => CountedTokens;
}
