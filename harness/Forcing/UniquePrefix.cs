using Calibration.Datasets;

namespace Calibration.Harness.Forcing;

/// <summary>
/// Keeps other requests' prompts out of a prefix cache that nothing else keeps them out of: a first line of the message that no other has.
/// </summary>
internal static class UniquePrefix
{
    /// <summary>Tokens that two such lines may begin with alike, by chance.</summary>
    private const int Alike = 4;

    /// <summary>A new line.</summary>
    internal static string Line() => $"{Guid.NewGuid():N}\n";

    /// <summary>The problem with a new line before its prompt.</summary>
    internal static Problem Before(Problem problem) => problem with { Prompt = Line() + problem.Prompt };

    /// <summary>Of the cached tokens of such a prompt, those that are no template's; absent where the server does not say.</summary>
    /// <param name="cachedTokens">The server's count.</param>
    /// <param name="templateTokens">
    /// Maximum number of tokens that the template puts before the line, which may be in any server's cache.
    /// </param>
    internal static int? ForeignHit(int? cachedTokens, int templateTokens) => cachedTokens <= templateTokens + Alike ? 0 : cachedTokens;
}
