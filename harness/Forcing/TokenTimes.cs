using System.Collections.Immutable;

namespace Calibration.Harness.Forcing;

/// <summary>
/// When the tokens of a stream reached the client, and whether those can be the times of their generation. A gateway that buffers, and a
/// client that was stopped for a while (a busy machine), both deliver tokens later than they were generated.
/// </summary>
/// <param name="SecondsAt">Seconds from sending the request to each token.</param>
internal sealed record TokenTimes(ImmutableArray<double> SecondsAt)
{
    /// <summary>No server generates a token in less; tokens that come closer together were delayed and form a burst.</summary>
    private const double MinGapSeconds = 250e-6;

    /// <summary>Tokens that may arrive together (a server that sends several at once).</summary>
    private const int BurstTokens = 8;

    /// <summary>A gap within a stream is a stall beyond max(50 ms, 10 × the median gap).</summary>
    private const double StallSeconds = 0.05;
    private const double StallGaps = 10;

    /// <summary>A token is late beyond 25 ms + 5 % of its time, by the tokens that follow it too fast.</summary>
    private const double LateSeconds = 0.025;
    private const double LateShare = 0.05;

    /// <summary>How many tokens after one are searched for a burst.</summary>
    private const int CatchUpTokens = 64;

    /// <summary>Tokens over which the typical gap is taken: longer than bursts, shorter than the drift of a growing context.</summary>
    private const int Window = 16;

    /// <summary>Tokens follow at the typical gap give or take a quarter, where the client was not stopped.</summary>
    private const double FastestShare = 0.75;

    /// <summary>Tokens of a burst at the end of a stream, and the share of the typical gap below which they are one.</summary>
    private const int MinBurstTokens = 3;
    private const double SlowestBurstShare = 0.25;

    private readonly double _medianGap = QuantileOf(0.5, 1, SecondsAt);

    /// <summary>
    /// Typical seconds between tokens: the upper quartile of their means over some tokens, which neither stalls move nor a burst of up to
    /// three quarters of the stream; null for fewer tokens than it is taken over.
    /// </summary>
    internal double? TypicalGap { get; } = SecondsAt.Length > Window ? QuantileOf(0.75, Window, SecondsAt) : null;

    /// <summary>Size of the largest burst, if it is too large for the times to be those of tokens; otherwise 1.</summary>
    internal int TokensTogether => 1 + Enumerable.Range(0, SecondsAt.Length)
        .Select(TogetherAfter)
        .Where((count, position) => count > Allowed(position))
        .DefaultIfEmpty(0)
        .Max();

    /// <summary>Why the time of a token may not be that of its generation; null where there is no sign of it.</summary>
    /// <param name="position">The token, from 0.</param>
    /// <param name="usualGap">Typical gap of other streams from the server, for a stream that is too short to have its own.</param>
    /// <param name="hasServerTimes">Whether the server reports its own times: then they judge stalls.</param>
    internal string? SuspicionAt(int position, double? usualGap, bool hasServerTimes)
    {
        int together = TogetherAfter(position);
        if (together > Allowed(position))
            return $"Tokens arrived in a burst: {together} later tokens arrived together with it.";
        if (!hasServerTimes && StallBefore(position) is { } stall)
            return FormattableString.Invariant(
                $"No token arrived for {stall:0.000} s; usually they are {_medianGap:0.000} s apart. The client or the server stalled.");
        if ((TypicalGap ?? usualGap) is not { } gap)
            return null;
        double late = LateBy(position, gap);
        if (late > LateSeconds + (LateShare * SecondsAt[position]))
            return FormattableString.Invariant(
                $"The tokens after it arrived {late:0.000} s too early: the network or a stalled client delayed it.");
        return EndsInABurst(position, gap)
            ? "The last tokens of the stream arrived in a burst: the network or a stalled client delayed them."
            : null;
    }

    /// <summary>Tokens after one that came at the pace of no server, on average from there on.</summary>
    private int TogetherAfter(int position)
    {
        int together = 0;
        while (position + together + 1 < SecondsAt.Length
            && SecondsAt[position + together + 1] - SecondsAt[position] < MinGapSeconds * (together + 1))
            together++;
        return together;
    }

    private static int Allowed(int position) => Math.Max(BurstTokens, position / 50);

    private double? StallBefore(int position)
    {
        double limit = Math.Max(StallSeconds, StallGaps * _medianGap);
        double longest = 0;
        for (int i = 1; i <= position; i++)
            longest = Math.Max(longest, SecondsAt[i] - SecondsAt[i - 1]);
        return longest > limit ? longest : null;
    }

    /// <summary>
    /// By how much the tokens after one came sooner than at the pace of the stream: so much later than generated it arrived.
    /// </summary>
    private double LateBy(int position, double gap)
    {
        double late = 0;
        for (int after = 1; after <= CatchUpTokens && position + after < SecondsAt.Length; after++)
            late = Math.Max(late, (FastestShare * gap * after) - (SecondsAt[position + after] - SecondsAt[position]));
        return late;
    }

    /// <summary>A burst that lasts to the end of the stream may have waited for any time before it.</summary>
    private bool EndsInABurst(int position, double gap)
    {
        int last = SecondsAt.Length - 1, from = last;
        while (from > 0 && SecondsAt[last] - SecondsAt[from - 1] < SlowestBurstShare * gap * (last - from + 1))
            from--;
        return position >= from && last - from >= MinBurstTokens && gap * (last - from) > LateSeconds;
    }

    private static double QuantileOf(double share, int window, ImmutableArray<double> secondsAt)
    {
        double[] gaps =
        [
            .. Enumerable.Range(window, Math.Max(0, secondsAt.Length - window)).Select(i => (secondsAt[i] - secondsAt[i - window]) / window)
            .Order(),
        ];
        return gaps.Length == 0 ? 0 : gaps[(int)(share * (gaps.Length - 1))];
    }
}
