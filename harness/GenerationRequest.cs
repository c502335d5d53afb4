using System.Collections.Immutable;

namespace Calibration.Harness;

/// <summary>One request for tokens, whatever the server's dialect.</summary>
public sealed record GenerationRequest
{
    /// <summary>Prompt token ids in pieces that follow each other.</summary>
    public required ImmutableArray<ReadOnlyMemory<int>> Prompt { get; init; }

    /// <summary>Most tokens to generate.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Seed of this segment's sampling.</summary>
    public required int Seed { get; init; }

    /// <summary>What happens at the model's own close of thinking.</summary>
    public required CloseHandling Close { get; init; }

    /// <summary>What may be reused from the server's prefix cache.</summary>
    public PrefixCache Cache { get; init; } = PrefixCache.Shared;

    /// <summary>
    /// Where <see cref="Cache"/> is not shared: names what may hit in the prefix cache, unlike any other request of any run
    /// on that server.
    /// </summary>
    public string CacheSalt { get; init; } = "";

    /// <summary>Names the (problem, run) this request belongs to, the same for all of its requests.</summary>
    public required string Group { get; init; }

    /// <summary>Number of prompt tokens.</summary>
    public int PromptTokens => Prompt.Sum(piece => piece.Length);
}

/// <summary>What a generation does with the model's own close of thinking.</summary>
public enum CloseHandling
{
    /// <summary>The close is an ordinary token; the end of the turn ends the generation.</summary>
    Ignore,

    /// <summary>Generation stops at the close.</summary>
    Stop,

    /// <summary>
    /// Neither the close nor the end of the turn can be generated. A close that is ordinary text cannot be masked: then only
    /// nothing ends the generation.
    /// </summary>
    Mask,
}

/// <summary>What a request may reuse from the server's prefix cache: anything in the accuracy pass, nothing of others where time is measured.</summary>
public enum PrefixCache
{
    /// <summary>Whatever is there.</summary>
    Shared,

    /// <summary>Nothing.</summary>
    Cold,

    /// <summary>What earlier requests of the same salt left.</summary>
    Own,
}
