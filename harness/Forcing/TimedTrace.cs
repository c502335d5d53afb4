using System.Collections.Immutable;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>A trace that was streamed by one request, with the time of each of its tokens.</summary>
/// <param name="Trace">The trace.</param>
/// <param name="SecondsAt">Seconds from sending the request to each token.</param>
/// <param name="ServerSecondsAt">The server's own seconds at each token, where it gives them.</param>
/// <param name="CachedTokens">Prompt tokens that came from a prefix cache, where the server says so.</param>
/// <param name="CacheSalt">What the trace left in the prefix cache is found by.</param>
internal sealed record TimedTrace(Trace Trace, ImmutableArray<double> SecondsAt, ImmutableArray<double?> ServerSecondsAt, int? CachedTokens, string CacheSalt)
{
    /// <summary>A character has four bytes at most; more than a few of them are no held-back character but a wrong count.</summary>
    private const int MostHeldBack = 16;

    /// <summary>When the tokens came, and whether those times can be the server's.</summary>
    internal TokenTimes Times { get; } = new(SecondsAt);

    /// <summary>The server's own seconds to its first token, where it gives them.</summary>
    internal double? ServerFirstSeconds { get; init; }

    /// <summary>
    /// The server's own seconds at a token. Where the server gives only its first and its last, tokens between are taken as evenly spaced:
    /// good enough to see a stall of the client, and not stored.
    /// </summary>
    internal double? ServerSecondsNear(int position)
    {
        if (ServerSecondsAt[position] is { } known)
            return known;
        return ServerFirstSeconds is { } first && ServerSecondsAt[^1] is { } total && ServerSecondsAt.Length > 1
            ? first + ((total - first) * position / (ServerSecondsAt.Length - 1))
            : null;
    }

    /// <summary>The problem as it was asked.</summary>
    internal required AskedProblem Asked { get; init; }

    /// <summary>Seconds to the first token, or to the end of the stream where the model ended its thinking with none.</summary>
    internal required double FirstSeconds { get; init; }

    internal static async Task<TimedTrace> StreamAsync(
        EndpointSession session, AskedProblem asked, TrialGroup group, GenerationRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        var ids = new List<int>(request.MaxTokens);
        var secondsAt = new List<double>(request.MaxTokens);
        var serverAt = new List<double?>(request.MaxTokens);
        var heldBack = new List<(int At, int Count, Generation Chunk)>();
        int? cached = null;
        var last = new Generation([], "", Ending.None);
        double lastSeconds = 0;
        double? serverFirst = null;
        foreach ((Generation chunk, double seconds) in await session.StreamTimedAsync(request, clock, cancellationToken))
        {
            lastSeconds = seconds;
            int missing = session.Server.HoldsBackIds ? Math.Max(0, (chunk.CompletionTokens ?? 0) - ids.Count - chunk.TokenIds.Length) : 0;
            if (missing > MostHeldBack)
                throw new EndpointException($"{session.Server.GenerationUri} counted {missing} tokens in a stream that it did not send.") { MayPass = true };
            if (missing > 0)
                heldBack.Add((ids.Count, missing, chunk));
            ids.AddRange(Enumerable.Repeat(session.Form.CueIds[0], missing).Concat(chunk.TokenIds));
            secondsAt.AddRange(Enumerable.Repeat(seconds, ids.Count - secondsAt.Count));
            serverAt.AddRange(Enumerable.Repeat(chunk.ServerSeconds, ids.Count - serverAt.Count));
            if (serverAt.Count > 0)
                serverAt[^1] = chunk.ServerSeconds ?? serverAt[^1];
            cached = chunk.CachedTokens ?? cached;
            serverFirst = chunk.ServerFirstSeconds ?? serverFirst;
            last = chunk.Ending == Ending.None ? last : chunk;
        }

        if (ids.Count == 0 && last.Ending != Ending.Stop)
            throw new EndpointException($"{session.Server.GenerationUri} streamed no token ids.") { MayPass = true };
        foreach ((int at, int count, Generation chunk) in heldBack)
            await FillAsync(session, ids, at, count, chunk, cancellationToken);
        (int end, bool isClose) = await session.EndOfThinkingAsync(last with { TokenIds = [.. ids], Text = "" }, cancellationToken);
        var trace = new Trace
        {
            TraceId = group.TraceId,
            Task = group.Task,
            ProblemId = group.ProblemId,
            Run = group.Run,
            TokenIds = [.. ids.Take(Math.Min(end, request.MaxTokens))],
            CuePositions = [],
            MaskedFrom = request.Close == CloseHandling.Mask ? 0 : null,
            ClosedByModel = request.Close == CloseHandling.Stop && isClose,
            PromptTokens = asked.ThinkingPrompt.Length,
        };
        return new TimedTrace(trace, [.. secondsAt], [.. serverAt], cached, request.CacheSalt)
        {
            Asked = asked,
            FirstSeconds = secondsAt.Count > 0 ? secondsAt[0] : lastSeconds,
            ServerFirstSeconds = serverFirst,
        };
    }

    /// <summary>
    /// The ids of a character's first bytes that a stream held back (llama.cpp): those of the character's text where they fit. They
    /// were counted; here they only let the answer's request find the trace in the server's cache.
    /// </summary>
    private static async Task FillAsync(
        EndpointSession session, List<int> ids, int at, int count, Generation chunk, CancellationToken cancellationToken)
    {
        int[] spelled = await session.Server.TokenizeAsync(chunk.Text, cancellationToken);
        if (spelled.Length != count + chunk.TokenIds.Length)
            return;
        for (int i = 0; i < count; i++)
            ids[at + i] = spelled[i];
    }
}
