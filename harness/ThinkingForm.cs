using System.Collections.Immutable;
using Calibration.Harness.Servers;

namespace Calibration.Harness;

/// <summary>A model profile in one server's token ids.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="OpenIds">What opens thinking.</param>
/// <param name="CloseId">The token that closes it.</param>
/// <param name="CueIds">What overrides an early close.</param>
/// <param name="TurnEndIds">What ends the assistant's turn.</param>
public sealed record ThinkingForm(
    ModelProfile Profile, ImmutableArray<int> OpenIds, int CloseId, ImmutableArray<int> CueIds, ImmutableArray<int> TurnEndIds)
{
    /// <summary>Asks the server for the profile's ids.</summary>
    /// <exception cref="EndpointException">A delimiter is not one token of this model: the profile does not fit it.</exception>
    public static async Task<ThinkingForm> ResolveAsync(ModelProfile profile, IServerDialect server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(server);
        var turnEnds = ImmutableArray.CreateBuilder<int>();
        foreach (string turnEnd in profile.TurnEnds)
            turnEnds.Add(await SingleAsync(turnEnd));
        return new ThinkingForm(
            profile,
            [.. await server.TokenizeAsync(profile.Open, cancellationToken)],
            await SingleAsync(profile.CloseToken),
            [.. await server.TokenizeAsync(profile.ContinuationCue, cancellationToken)],
            turnEnds.ToImmutable());

        async Task<int> SingleAsync(string text)
        {
            int[] ids = await server.TokenizeAsync(text, cancellationToken);
            return ids.Length == 1
                ? ids[0]
                : throw new EndpointException(
                    $"{text} is {ids.Length} tokens for model {server.Facts.Model}, not one: the profile {profile.Name} does not fit this model.");
        }
    }

    /// <summary>Position of the first token that ends thinking or the turn, or the length where there is none.</summary>
    public int EndOfThinking(ReadOnlySpan<int> ids) => FirstOf(ids, id => id == CloseId || TurnEndIds.Contains(id));

    /// <summary>Position of the first token that ends the turn, or the length where there is none.</summary>
    public int EndOfTurn(ReadOnlySpan<int> ids) => FirstOf(ids, id => TurnEndIds.Contains(id));

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
