using System.Buffers;
using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>Separates a response's answer from its thinking, whichever of the known delimiters the model uses.</summary>
internal static partial class ThinkingText
{
    private static readonly ImmutableArray<ThinkingDelimiters> Known =
    [
        new("<think>", "</think>"),
        new("<thinking>", "</thinking>"),
        new("<thought>", "</thought>"),
        new("<thoughts>", "</thoughts>"),
        new("<reasoning>", "</reasoning>"),
        new("<scratchpad>", "</scratchpad>"),
        new("<seed:think>", "</seed:think>"),
        new("[THINK]", "[/THINK]"),
        new("[THINKING]", "[/THINKING]"),
        new("[THOUGHT]", "[/THOUGHT]"),
        new("<|think|>", "<|/think|>"),
        new("◁think▷", "◁/think▷"),
        new("<|begin_of_thought|>", "<|end_of_thought|>"),
        new("<|START_THINKING|>", "<|END_THINKING|>"),
        new("<|channel|>analysis", "<|channel|>final<|message|>"),
        new("<|channel|>commentary", "<|channel|>final<|message|>"),
    ];

    // Most responses have none of the marks, and one look for all of them tells that.
    private static readonly SearchValues<string> Marks =
        SearchValues.Create([.. Known.SelectMany(known => new[] { known.Open, known.Close })], StringComparison.OrdinalIgnoreCase);

    /// <summary>What follows the last closing mark; null where thinking is open at the end.</summary>
    /// <param name="response">The complete response.</param>
    /// <param name="own">Delimiters of the model's profile, besides the known ones; may be null.</param>
    public static string? AfterThinking(string response, ThinkingDelimiters? own = null)
    {
        IEnumerable<ThinkingDelimiters> all = response.AsSpan().ContainsAny(Marks) ? Known : [];
        if (own is not null) all = all.Prepend(own);
        int start = 0;
        foreach (ThinkingDelimiters delimiters in all)
        {
            int close = response.LastIndexOf(delimiters.Close, StringComparison.OrdinalIgnoreCase);
            if (close >= 0) start = Math.Max(start, close + delimiters.Close.Length);
        }

        // Channels whose special tokens were dropped: "analysis6 times 7.assistantfinal42".
        if (DroppedChannels().Match(response) is { Success: true } final) start = Math.Max(start, final.Index + final.Length);
        string rest = response[start..];
        return all.Any(delimiters => rest.Contains(delimiters.Open, StringComparison.OrdinalIgnoreCase)) ? null : rest;
    }

    [GeneratedRegex(@"(?<=^\s*analysis.*)assistant\s?final(?=\S)", RegexOptions.Singleline | RegexOptions.RightToLeft)]
    private static partial Regex DroppedChannels();
}
