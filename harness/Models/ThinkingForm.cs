using System.Collections.Immutable;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Models;

/// <summary>A model profile in one server's token ids.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="OpenIds">What opens thinking.</param>
/// <param name="EndId">The end-of-thinking token; absent if the end of thinking is ordinary text.</param>
/// <param name="CueIds">What overrides an early end of thinking.</param>
/// <param name="TurnEndIds">What ends the assistant's turn.</param>
internal sealed record ThinkingForm(
    ModelProfile Profile, ImmutableArray<int> OpenIds, int? EndId, ImmutableArray<int> CueIds, ImmutableArray<int> TurnEndIds)
{
    /// <summary>Asks the server for the ids of a profile, or of the one that fits the model where none is named.</summary>
    /// <exception cref="EndpointException">The profile does not fit the model, or its template ends thinking that was requested
    /// for.</exception>
    internal static async Task<ThinkingForm> ResolveAsync(ModelProfile? profile, IServerDialect server, CancellationToken cancellationToken)
    {
        profile ??= await ProfileDetection.DetectAsync(server, cancellationToken);
        int? close = profile.DelimitersAreText ? null : await SingleAsync(profile.CloseToken);
        if (close is null && !profile.DelimitersAreText)
            throw new EndpointException(
                $"{profile.CloseToken} is not one token for model {server.Facts.Model}: the profile {profile.Name} does not fit it; "
                + "omit {Profile}, choose plain-text, or set delimiters_are_text in a profile file.");
        if (close is { } id && ProfileDetection.IsClosed(await ChatPrompt.RenderAsync(server, "Hi", thinking: true, cancellationToken), id))
            throw new EndpointException(
                $"The chat template of {server.Facts.Model} ends thinking even when thinking is requested: serve the model with a "
                    + $"template that leaves it open.");
        var turnEnds = ImmutableArray.CreateBuilder<int>();
        foreach (string turnEnd in profile.TurnEnds)
        {
            if (await SingleAsync(turnEnd) is { } end)
                turnEnds.Add(end);
        }

        return new ThinkingForm(
            profile,
            [.. await server.TokenizeAsync(profile.Open, cancellationToken)],
            close,
            [.. await server.TokenizeAsync(profile.ContinuationCue, cancellationToken)],
            turnEnds.Count > 0
                ? turnEnds.ToImmutable()
                : throw new EndpointException(
                    $"Model {server.Facts.Model} has none of the known tokens that end a turn ({string.Join(' ', profile.TurnEnds)}): "
                        + $"give its own as turn_ends in a profile file."));

        async Task<int?> SingleAsync(string text) => await server.TokenizeAsync(text, cancellationToken) is [int single] ? single : null;
    }

    /// <summary>The end of thinking, for requests.</summary>
    internal ThinkingEnd Close => new(Profile.CloseToken, EndId);

    /// <summary>Position of the first token that ends thinking or the turn, or the length where there is none.</summary>
    internal int EndOfThinking(ReadOnlySpan<int> ids) => FirstOf(ids, id => id == EndId || TurnEndIds.Contains(id));

    /// <summary>
    /// Position of the first token that ends the turn, or the length where there is none. The last token of a generation that no stop text
    /// ended is such a token, whether the profile knows it or not, unless the server counts one more token, which it did not send.
    /// </summary>
    internal int EndOfTurn(Generation generation)
    {
        int known = FirstOf(generation.TokenIds, id => TurnEndIds.Contains(id));
        bool endIsUnknown = known == generation.TokenIds.Length && known > 0 && generation is { Ending: Ending.Stop, AtStopText: not true };
        return endIsUnknown && !(generation.CompletionTokens > known) ? known - 1 : known;
    }

    private static int FirstOf(ReadOnlySpan<int> ids, Func<int, bool> ends)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            if (ends(ids[i]))
                return i;
        }

        return ids.Length;
    }
}
