namespace Calibration.Harness;

/// <summary>What a server generated: a complete response, or one chunk of a stream.</summary>
/// <param name="TokenIds">Generated token ids, a final stop or end token included where the server returns it.</param>
/// <param name="Text">Generated text.</param>
/// <param name="Ending">Why it ended; <see cref="Ending.None"/> within a stream.</param>
internal sealed record Generation(int[] TokenIds, string Text, Ending Ending)
{
    /// <summary>
    /// Whether a stop text of the request ended it (vLLM's <c>stop_reason</c>, SGLang's <c>matched_stop</c>); absent where the server does
    /// not say.
    /// </summary>
    public bool? AtStopText { get; init; }

    /// <summary>Prompt tokens by the server's own count, in text mode; absent where it gives none.</summary>
    public int? PromptTokens { get; init; }

    /// <summary>
    /// Tokens generated so far by the server's own count; absent where it gives none. llama.cpp's streams hold back the ids of a
    /// character's first bytes, and never send them, but count them here.
    /// </summary>
    public int? CompletionTokens { get; init; }

    /// <summary>The same without the token that ended the generation, which servers count.</summary>
    public int? TokensBeforeEnd => Ending == Ending.Stop && CompletionTokens > 0 ? CompletionTokens - 1 : CompletionTokens;

    /// <summary>Prompt tokens that came from a prefix cache; absent where the server does not say.</summary>
    public int? CachedTokens { get; init; }

    /// <summary>The server's own seconds for the request; absent where it gives none.</summary>
    public double? ServerSeconds { get; init; }

    /// <summary>The server's own seconds to the first token; absent where it gives none.</summary>
    public double? ServerFirstSeconds { get; init; }

    /// <summary>Seconds on a simulated clock; present only on the embedded endpoint.</summary>
    public double? SimulatedSeconds { get; init; }
}

/// <summary>A generation, or a part of one, and when it came.</summary>
/// <param name="Generation">What was generated.</param>
/// <param name="Seconds">Seconds from sending the request by the client's clock, or by the simulated one where there is one.</param>
internal sealed record TimedGeneration(Generation Generation, double Seconds);

/// <summary>Why a generation ended.</summary>
public enum Ending
{
    /// <summary>It has not, or the server does not say.</summary>
    None,

    /// <summary>At the token limit, or where the context was full.</summary>
    Length,

    /// <summary>At a stop token, or at the end of the turn.</summary>
    Stop,

    /// <summary>The server gave up.</summary>
    Aborted,
}
