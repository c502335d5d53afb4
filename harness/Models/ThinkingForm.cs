using System.Collections.Immutable;
using Calibration.Harness.Servers;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Models;

/// <summary>A model profile in one server's token ids.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="OpenIds">What opens thinking.</param>
/// <param name="CloseId">The token that closes it; absent where the close is ordinary text.</param>
/// <param name="CueIds">What overrides an early close.</param>
/// <param name="TurnEndIds">What ends the assistant's turn.</param>
internal sealed record ThinkingForm(
    ModelProfile Profile, ImmutableArray<int> OpenIds, int? CloseId, ImmutableArray<int> CueIds, ImmutableArray<int> TurnEndIds)
{
    /// <summary>Asks the server for the ids of a profile, or of the one that fits the model where none is named.</summary>
    /// <exception cref="EndpointException">The profile does not fit the model, or its template closes thinking that it was asked
    /// for.</exception>
    internal static async Task<ThinkingForm> ResolveAsync(ModelProfile? profile, IServerDialect server, CancellationToken cancellationToken)
    {
        profile ??= await ProfileDetection.DetectAsync(server, cancellationToken);
        int? close = profile.DelimitersAreText ? null : await SingleAsync(profile.CloseToken);
        if (close is null && !profile.DelimitersAreText)
            throw new EndpointException(
                $"{profile.CloseToken} is not one token for model {server.Facts.Model}: the profile {profile.Name} does not fit it; "
                + "leave {Profile} out, choose plain-text, or say delimiters_are_text in a profile file.");
        if (close is { } id && ProfileDetection.IsClosed(await ChatPrompt.RenderAsync(server, "Hi", thinking: true, cancellationToken), id))
            throw new EndpointException($"The chat template of {server.Facts.Model} closes thinking even where it is asked for: serve the model with a template that leaves it open.");
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
            turnEnds.Count > 0 ? turnEnds.ToImmutable() : throw new EndpointException($"Model {server.Facts.Model} has none of the tokens that are known to end a turn ({string.Join(' ', profile.TurnEnds)}): name its own as turn_ends in a profile file."));

        async Task<int?> SingleAsync(string text) => await server.TokenizeAsync(text, cancellationToken) is [int single] ? single : null;
    }

    /// <summary>What closes thinking, for requests.</summary>
    internal ThinkingClose Close => new(Profile.CloseToken, CloseId);

    /// <summary>Position of the first token that ends thinking or the turn, or the length where there is none.</summary>
    internal int EndOfThinking(ReadOnlySpan<int> ids) => FirstOf(ids, id => id == CloseId || TurnEndIds.Contains(id));

    /// <summary>
    /// Position of the first token that ends the turn, or the length where there is none. The last token of a generation that no stop text
    /// ended is such a one, whatever the profile knows of it, unless the server counts one more, which it left out.
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
