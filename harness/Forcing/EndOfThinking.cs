using Calibration.Harness.Models;
using Calibration.Harness.Servers;

namespace Calibration.Harness.Forcing;

/// <summary>Where thinking ends in a generation.</summary>
/// <param name="At">Position of the first token that is not thinking, or the length where there is none.</param>
/// <param name="IsClose">Whether the model ended its thinking there, and not its turn.</param>
internal readonly record struct EndOfThinking(int At, bool IsClose)
{
    /// <summary>The first token that belongs to an end of thinking or of the turn.</summary>
    internal static async Task<EndOfThinking> FindAsync(
        IServerDialect server, ThinkingForm form, Generation generation, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<int> ids = generation.TokenIds;
        int known = form.EndOfThinking(ids.Span);
        if (known < ids.Length && form.EndId is { } id)
            return new EndOfThinking(known, ids.Span[known] == id);
        int close = form.EndId is null ? await CloseInTextAsync(server, form.Profile.CloseToken, generation, cancellationToken) : known;
        return close < known ? new EndOfThinking(close, true) : new EndOfThinking(Math.Min(known, form.EndOfTurn(generation)), false);
    }

    /// <summary>Where an end of thinking that is ordinary text begins, or the length if there is none.</summary>
    private static async Task<int> CloseInTextAsync(
        IServerDialect server, string close, Generation generation, CancellationToken cancellationToken)
    {
        if (generation.Ending != Ending.Stop && !generation.Text.Contains(close, StringComparison.Ordinal))
            return generation.TokenIds.Length;

        // The tokens before it are those whose text ends before it begins.
        ReadOnlyMemory<int> ids = generation.TokenIds;
        int at = (await server.DetokenizeAsync(ids, cancellationToken)).IndexOf(close, StringComparison.Ordinal);
        if (at < 0)
            return ids.Length;
        (int before, int beyond) = (0, ids.Length);
        while (beyond - before > 1)
        {
            int middle = (before + beyond) / 2;
            if ((await server.DetokenizeAsync(ids[..middle], cancellationToken)).Length <= at)
                before = middle;
            else
                beyond = middle;
        }

        return before;
    }
}
