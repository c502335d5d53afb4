using System.Collections.Immutable;

namespace Calibration.Harness;

/// <summary>How a family of models opens, closes and leaves out its thinking.</summary>
public sealed record ModelProfile
{
    /// <summary>Name of the profile.</summary>
    public required string Name { get; init; }

    /// <summary>What opens a thinking block, its newline included.</summary>
    public required string Open { get; init; }

    /// <summary>The token that closes thinking.</summary>
    public required string CloseToken { get; init; }

    /// <summary>What we put before the close token when we cut thinking.</summary>
    public required string BeforeClose { get; init; }

    /// <summary>What follows the close token before the answer.</summary>
    public required string AfterClose { get; init; }

    /// <summary>What overrides an early end of thinking (after s1, arXiv:2501.19393).</summary>
    public required string ContinuationCue { get; init; }

    /// <summary>Tokens that end the assistant's turn.</summary>
    public required ImmutableArray<string> TurnEnds { get; init; }

    /// <summary>Qwen3 and other models whose <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c> are tokens.</summary>
    public static ModelProfile Qwen3 { get; } = new()
    {
        Name = "qwen3",
        Open = "<think>\n",
        CloseToken = "</think>",
        BeforeClose = "\n",
        AfterClose = "\n\n",
        ContinuationCue = "Wait",
        TurnEnds = ["<|im_end|>", "<|endoftext|>"],
    };
}
