using Calibration.Harness.Servers;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Forcing;

/// <summary>A trace that is streamed by one request, with the time of each of its tokens.</summary>
internal sealed class TokenIdStream(TokenIdForcing forcing, TimedThinking thinking, GenerationRequest request)
{
    /// <summary>A character has at most four bytes; more than a few missing ids are a wrong count, not a delayed character.</summary>
    private const int MaxMissingIds = 16;

    private readonly List<int> _ids = new(request.MaxTokens);
    private readonly List<double> _secondsAt = new(request.MaxTokens);
    private readonly List<double?> _serverAt = new(request.MaxTokens);
    private readonly List<(int At, int Count, Generation Chunk)> _heldBack = [];

    internal async Task<TimedTrace> TimeAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        int? cached = null;
        var last = new Generation([], "", Ending.None);
        double lastSeconds = 0;
        double? serverFirst = null;
        foreach ((Generation chunk, double seconds) in await forcing.Requests.StreamOnceAsync(request, clock, cancellationToken))
        {
            lastSeconds = seconds;
            Add(chunk, seconds);
            cached = chunk.CachedTokens ?? cached;
            serverFirst = chunk.ServerFirstSeconds ?? serverFirst;
            last = chunk.Ending == Ending.None ? last : chunk;
        }

        if (_ids.Count == 0 && last.Ending != Ending.Stop)
            throw new EndpointException($"{forcing.Requests.Uri} streamed no token ids.") { MayPass = true };
        foreach ((int at, int count, Generation chunk) in _heldBack)
            await FillAsync(at, count, chunk, cancellationToken);
        (int end, bool isClose) = await forcing.EndOfThinkingAsync(last with { TokenIds = [.. _ids], Text = "" }, cancellationToken);
        var row = TokenIdForcing.Row(thinking.Asked, thinking.Group, [.. _ids.Take(Math.Min(end, request.MaxTokens))]) with
        {
            MaskedFrom = request.Close == ThinkingEndHandling.Mask ? 0 : null,
            ClosedByModel = request.Close == ThinkingEndHandling.Stop && isClose,
        };
        return new TimedTrace(thinking.Asked, row, request.CacheSalt, new TokenTimes([.. _secondsAt]))
        {
            FirstSeconds = _secondsAt.Count > 0 ? _secondsAt[0] : lastSeconds,
            CachedTokens = cached,
            ServerSecondsAt = [.. _serverAt],
            ServerFirstSeconds = serverFirst,
        };
    }

    private void Add(Generation chunk, double seconds)
    {
        IServerDialect server = forcing.Server;
        int missing = server.HoldsBackIds ? Math.Max(0, (chunk.CompletionTokens ?? 0) - _ids.Count - chunk.TokenIds.Length) : 0;
        if (missing > MaxMissingIds)
        {
            throw new EndpointException($"{server.GenerationUri} counted {missing} tokens that it did not send in its stream.")
            {
                MayPass = true,
            };
        }

        if (missing > 0)
            _heldBack.Add((_ids.Count, missing, chunk));
        _ids.AddRange(Enumerable.Repeat(forcing.Form.CueIds[0], missing).Concat(chunk.TokenIds));
        _secondsAt.AddRange(Enumerable.Repeat(seconds, _ids.Count - _secondsAt.Count));
        _serverAt.AddRange(Enumerable.Repeat(chunk.ServerSeconds, _ids.Count - _serverAt.Count));
        if (_serverAt.Count > 0)
            _serverAt[^1] = chunk.ServerSeconds ?? _serverAt[^1];
    }

    /// <summary>
    /// The ids of a character's first bytes that a stream did not send (llama.cpp): those of the character's text where they fit. They
    /// were counted; here they only let the answer's request find the trace in the server's cache.
    /// </summary>
    private async Task FillAsync(int at, int count, Generation chunk, CancellationToken cancellationToken)
    {
        int[] spelled = await forcing.Server.TokenizeAsync(chunk.Text, cancellationToken);
        if (spelled.Length != count + chunk.TokenIds.Length)
            return;
        for (int i = 0; i < count; i++)
            _ids[at + i] = spelled[i];
    }
}
