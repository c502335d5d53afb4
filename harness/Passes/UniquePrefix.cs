namespace Calibration.Harness.Passes;

/// <summary>Keeps other requests' prompts out of a prefix cache that nothing else keeps them out of: a first line of the message that no other has.</summary>
internal static class UniquePrefix
{
    /// <summary>The template's own first tokens may be in any server's cache.</summary>
    private const int TemplateTokens = 8;

    /// <summary>A new line.</summary>
    internal static string Line() => $"{Guid.NewGuid():N}\n";

    /// <summary>Of the cached tokens of such a prompt, those that other requests left; absent where the server does not say.</summary>
    internal static int? ForeignHit(int? cachedTokens) => cachedTokens <= TemplateTokens ? 0 : cachedTokens;
}
