using System.Collections.Immutable;

namespace Calibration.Harness.Forecasting;

/// <summary>
/// How fast an endpoint does the pieces of a plan: one request at a time, as in the latency pass, and many at once, as in the accuracy
/// pass. All times are the client's, of the wall clock.
/// </summary>
public sealed record ServerPace
{
    /// <summary>Thinking tokens of the traces by which the speed was measured; longer ones are extrapolated.</summary>
    public required int TraceTokens { get; init; }

    /// <summary>Speed of the thinking by requests in flight, ascending; the last is the speed of the accuracy pass.</summary>
    public required ImmutableArray<LoadSpeed> Loads { get; init; }

    /// <summary>Seconds of the loaded server per trace, beside its tokens.</summary>
    public required double LoadedTraceSeconds { get; init; }

    /// <summary>Seconds of the loaded server per thinking token.</summary>
    public required double LoadedTokenSeconds { get; init; }

    /// <summary>Thinking tokens before those by which the growth was measured; 0 where it was not.</summary>
    public required int DepthTokens { get; init; }

    /// <summary>By how many seconds a token takes longer per thinking token before it, at every load.</summary>
    public required double TokenGrowthSeconds { get; init; }

    /// <summary>How much the speed differed between the halves of the measuring, as a share.</summary>
    public required double LoadedSpread { get; init; }

    /// <summary>Seconds per timed trace on the idle server, beside its tokens and answers; 0 where no latency is measured.</summary>
    public required double TimedTraceSeconds { get; init; }

    /// <summary>Seconds per thinking token on the idle server.</summary>
    public required double TimedTokenSeconds { get; init; }

    /// <summary>How much the times per token differed between the tasks, as a share.</summary>
    public required double TimedSpread { get; init; }

    /// <summary>Share of the timed traces that were suspect; such traces are timed again.</summary>
    public required double SuspectShare { get; init; }

    /// <summary>Stalls of this client per second that are long enough to make a trace suspect.</summary>
    public required double StallsPerSecond { get; init; }

    /// <summary>Share of the tried traces whose thinking the model would have ended before <see cref="TraceTokens"/>.</summary>
    public double LengthenedShare { get; init; }

    /// <summary>What differs between the tasks.</summary>
    public required ImmutableSortedDictionary<string, TaskPace> Tasks { get; init; }

    /// <summary>Thinking tokens per second of the loaded server, with what every trace costs.</summary>
    public double TokensPerSecond => Loads[^1].TokensPerSecond;

    /// <summary>Seconds of the loaded server for a trace of so many tokens.</summary>
    internal double LoadedSeconds(double tokens) => tokens > 0
        ? LoadedTraceSeconds + (LoadedTokenSeconds * tokens) + (TokenGrowthSeconds * tokens * tokens / 2)
        : 0;

    /// <summary>How often a timed trace is tried: up to twice more at once, and once more at the end of the pass.</summary>
    internal double TriesOf(double seconds)
    {
        double p = Math.Max(SuspectShare, -double.ExpM1(-StallsPerSecond * seconds));
        return 1 + p + (p * p) + (p * p * p);
    }

    /// <summary>Seconds of the idle server for a timed trace of so many tokens.</summary>
    internal double TimedSeconds(double tokens) => tokens > 0
        ? TimedTraceSeconds + (TimedTokenSeconds * tokens) + (TokenGrowthSeconds * tokens * tokens / 2)
        : 0;
}

/// <summary>Speed at a load.</summary>
/// <param name="InFlight">Requests in flight.</param>
/// <param name="TokensPerSecond">Thinking tokens per second of all of them together.</param>
public readonly record struct LoadSpeed(int InFlight, double TokensPerSecond);

/// <summary>What an endpoint needs for one task.</summary>
/// <param name="LoadedAnswerSeconds">Seconds of the loaded server per answer.</param>
/// <param name="TimedAnswerSeconds">Seconds per answer on the idle server.</param>
/// <param name="AnswerTokens">Mean tokens per answer.</param>
/// <param name="PromptTokens">Mean tokens per prompt; characters in text mode.</param>
public sealed record TaskPace(double LoadedAnswerSeconds, double TimedAnswerSeconds, double AnswerTokens, double PromptTokens)
{
    /// <summary>Under <c>cap</c>: lengths of thinking, and whether the model ended it there; empty where it must not.</summary>
    internal ImmutableArray<ThinkingLength> Lengths { get; init; } = [];

    /// <summary>Mean thinking tokens up to a budget: all of it, or as far as the model thinks.</summary>
    internal double TokensUpTo(int budget) => Lengths.IsEmpty ? budget
        : Lengths.Average(length => length.IsClosed || length.Tokens >= budget
            ? Math.Min(length.Tokens, budget)
            : length.Tokens + (Hazard > 0 ? -double.ExpM1(-Hazard * (budget - length.Tokens)) / Hazard : budget - length.Tokens));

    /// <summary>
    /// Mean number of answers that are generated at ascending budgets: after the model has ended its thinking, larger budgets share one.
    /// </summary>
    internal double AnswersAt(ImmutableArray<int> budgets) => Lengths.IsEmpty ? budgets.Length
        : Lengths.Average(length => 1 + budgets.SkipLast(1).Sum(budget => length.Tokens > budget ? 1
            : length.IsClosed ? 0 : Math.Exp(-Hazard * (budget - length.Tokens))));

    /// <summary>Ends per thinking token: what lies beyond the measured lengths is taken to be exponential.</summary>
    private double Hazard => Lengths.Count(length => length.IsClosed) / Math.Max(1.0, Lengths.Sum(length => length.Tokens));
}

/// <summary>A length of thinking.</summary>
/// <param name="Tokens">Its tokens.</param>
/// <param name="IsClosed">Whether the model ended it; else it was cut.</param>
internal readonly record struct ThinkingLength(int Tokens, bool IsClosed);
