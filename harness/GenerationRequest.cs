using System.Collections.Immutable;
using System.Text;
using Calibration.Results;

namespace Calibration.Harness;

/// <summary>One request for tokens, whatever the server's dialect.</summary>
internal sealed record GenerationRequest
{
    /// <summary>The prompt in pieces that follow each other, all of one kind.</summary>
    public required ImmutableArray<PromptPiece> Prompt { get; init; }

    /// <summary>Maximum number of tokens to generate.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Seed of this segment's sampling.</summary>
    public required int Seed { get; init; }

    /// <summary>What happens when the model ends its thinking.</summary>
    public required ThinkingEndHandling Close { get; init; }

    /// <summary>What may be reused from the server's prefix cache.</summary>
    public PrefixCache Cache { get; init; } = PrefixCache.Shared;

    /// <summary>
    /// Where <see cref="Cache"/> is not shared: names what may hit in the prefix cache, unlike any other request of any run
    /// on that server.
    /// </summary>
    public string CacheSalt { get; init; } = "";

    /// <summary>Names the (problem, run) this request belongs to, the same for all of its requests.</summary>
    public required string Group { get; init; }

    /// <summary>Whether the prompt is text: then counts are the server's, and no token ids are expected.</summary>
    public bool IsText => Prompt.Any(piece => piece.Text is not null);

    /// <summary>Tokens, or characters, of the prompt.</summary>
    public int PromptLength => Prompt.Sum(piece => piece.Length);
}

/// <summary>A prompt or a part of one: token ids in token-id mode, text in text mode.</summary>
/// <param name="Ids">The token ids; empty where there is text.</param>
/// <param name="Text">The text; absent where there are ids.</param>
internal readonly record struct PromptPiece(ReadOnlyMemory<int> Ids, string? Text = null)
{
    /// <summary>Number of tokens, or of characters.</summary>
    internal int Length => Text?.Length ?? Ids.Length;

    public static implicit operator PromptPiece(ReadOnlyMemory<int> ids) => new(ids);

    public static implicit operator PromptPiece(int[] ids) => new(ids);

    public static implicit operator PromptPiece(string text) => new(default, text);

    /// <summary>Two prompts share at most this many first tokens, because no token is shorter than a byte.</summary>
    internal int CommonTokens(PromptPiece other) => Text is null
        ? Ids.Span.CommonPrefixLength(other.Ids.Span)
        : Encoding.UTF8.GetByteCount(Text.AsSpan(0, Text.AsSpan().CommonPrefixLength(other.Text)));
}

/// <summary>The end of thinking: requests stop at it, or mask it.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Id">Its token; absent where it is ordinary text, or the prompts are.</param>
internal sealed record ThinkingEnd(string Text, int? Id);

/// <summary>What all requests to a model have alike.</summary>
/// <param name="Sampling">How tokens are drawn.</param>
/// <param name="Close">The end of thinking.</param>
internal sealed record RequestSettings(SamplingSettings Sampling, ThinkingEnd Close);

/// <summary>What a generation does when the model ends its thinking.</summary>
internal enum ThinkingEndHandling
{
    /// <summary>The end-of-thinking token is an ordinary token; the end of the turn ends the generation.</summary>
    Ignore,

    /// <summary>Generation stops at the end of thinking.</summary>
    Stop,

    /// <summary>
    /// Neither the end of thinking nor the end of the turn can be generated. An end that is ordinary text cannot be masked: then only
    /// nothing ends the generation.
    /// </summary>
    Mask,
}

/// <summary>
/// What a request may reuse from the server's prefix cache: anything in the accuracy pass, nothing of others where time is measured.
/// </summary>
internal enum PrefixCache
{
    /// <summary>Whatever is there.</summary>
    Shared,

    /// <summary>Nothing.</summary>
    Cold,

    /// <summary>What earlier requests of the same salt left.</summary>
    Own,
}
