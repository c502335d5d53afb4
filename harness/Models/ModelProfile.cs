using System.Collections.Immutable;

namespace Calibration.Harness.Models;

/// <summary>How a family of models starts, ends and skips its thinking.</summary>
public sealed record ModelProfile
{
    /// <summary>Name of the profile.</summary>
    public required string Name { get; init; }

    /// <summary>What opens a thinking block, its newline included.</summary>
    public required string Open { get; init; }

    /// <summary>The end of thinking: one token of the model, unless <see cref="DelimitersAreText"/>.</summary>
    public required string CloseToken { get; init; }

    /// <summary>What we write before the end-of-thinking token when we cut thinking.</summary>
    public required string BeforeClose { get; init; }

    /// <summary>What stands between the end-of-thinking token and the answer.</summary>
    public required string AfterClose { get; init; }

    /// <summary>What overrides an early end of thinking (after s1, arXiv:2501.19393).</summary>
    public required string ContinuationCue { get; init; }

    /// <summary>
    /// The no-thinking form, put where thinking would begin; empty where the answer follows without any, absent where the model's
    /// chat template has a form of its own (<c>enable_thinking: false</c>).
    /// </summary>
    public string? NoThinking { get; init; }

    /// <summary>Whether the delimiters are ordinary text that the model spells out in several tokens.</summary>
    public bool DelimitersAreText { get; init; }

    /// <summary>Tokens that end the assistant's turn; those that a model does not have are passed over.</summary>
    public ImmutableArray<string> TurnEnds { get; init; } =
        ["<|im_end|>", "<|endoftext|>", "<\uff5cend\u2581of\u2581sentence\uff5c>", "<|eot_id|>", "<|end_of_text|>", "<|end|>", "</s>"];

    /// <summary>Qwen3, and other models with thinking tokens whose template can leave thinking out.</summary>
    public static ModelProfile Qwen3 { get; } = new()
    {
        Name = "qwen3",
        Open = "<think>\n",
        CloseToken = "</think>",
        BeforeClose = "\n",
        AfterClose = "\n\n",
        ContinuationCue = "Wait",
    };

    /// <summary>DeepSeek-R1, its distills, and other models with thinking tokens whose template always thinks.</summary>
    public static ModelProfile DeepSeekR1 { get; } = Qwen3 with { Name = "deepseek-r1", NoThinking = "<think>\n\n</think>\n\n" };

    /// <summary>Models to which <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c> are ordinary text.</summary>
    public static ModelProfile PlainText { get; } = DeepSeekR1 with { Name = "plain-text", DelimitersAreText = true };

    /// <summary>The profiles that have a name; others come from a <see cref="ProfileFile"/>.</summary>
    public static ImmutableArray<ModelProfile> All { get; } = [Qwen3, DeepSeekR1, PlainText];
}
