using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Calibration.Results.Json;

namespace Calibration.Results;

/// <summary>One thinking trace, kept so that a budget added later costs only its answers. A row of <c>traces.parquet</c>.</summary>
public sealed record Trace
{
    /// <summary>Unique over all runs: a regenerated trace has a new id.</summary>
    public required string TraceId { get; init; }

    /// <summary>Task name.</summary>
    [JsonConverter(typeof(InternedTextConverter))]
    public required string Task { get; init; }

    /// <summary>The problem's id within its task.</summary>
    [JsonConverter(typeof(InternedTextConverter))]
    public required string ProblemId { get; init; }

    /// <summary>Independent repetition, from 0.</summary>
    public required int Run { get; init; }

    /// <summary>Thinking tokens, continuation cues included, without the delimiters.</summary>
    [JsonConverter(typeof(PackedIdsConverter))]
    public required ImmutableArray<int> TokenIds { get; init; }

    /// <summary>Where a continuation cue begins within <see cref="TokenIds"/>.</summary>
    public required ImmutableArray<int> CuePositions { get; init; }

    /// <summary>Where masking the end-of-thinking token began; absent if it was never masked.</summary>
    public int? MaskedFrom { get; init; }

    /// <summary>Whether the model ended its thinking after the last token.</summary>
    public required bool ClosedByModel { get; init; }

    /// <summary>Tokens of the prompt before the thinking.</summary>
    public required int PromptTokens { get; init; }
}

/// <summary>
/// The thinking before an answer as text. A row of <c>thinking.parquet</c>, a file of its own because thinking may quote the question: it
/// is there only where it was asked for, and can be removed before a run is published.
/// </summary>
public sealed record KeptThinking
{
    /// <summary>The trace that the thinking is the beginning of.</summary>
    public required string TraceId { get; init; }

    /// <summary>Task name.</summary>
    [JsonConverter(typeof(InternedTextConverter))]
    public required string Task { get; init; }

    /// <summary>The problem's id within its task.</summary>
    [JsonConverter(typeof(InternedTextConverter))]
    public required string ProblemId { get; init; }

    /// <summary>Independent repetition, from 0.</summary>
    public required int Run { get; init; }

    /// <summary>Thinking tokens that the text stands for, as in <see cref="Trial.ThinkingTokens"/>.</summary>
    public required int ThinkingTokens { get; init; }

    /// <summary>The text, without the delimiters. A character that the last token cuts is the replacement character, or absent.</summary>
    public required string Text { get; init; }
}
