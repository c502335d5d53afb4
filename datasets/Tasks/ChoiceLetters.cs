using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Calibration.Datasets;

/// <summary>Finds the lettered choices of a problem that did not come from one of the six benchmarks.</summary>
internal static partial class ChoiceLetters
{
    private const int LettersWithoutOptions = 5;

    /// <summary>The row's own <c>choices</c>; null where it has none.</summary>
    public static ImmutableArray<string>? Of(DatasetRow row)
    {
        if (!row.Values.ContainsKey("choices")) return null;
        ImmutableArray<string> texts = row.List("choices");
        return texts.Length is >= 2 and <= 26 ? texts : throw row.Malformed("choices", $"has {texts.Length} entries; 2 to 26 were expected");
    }

    /// <summary>A prompt with its choices, a lettered line each.</summary>
    public static string Appended(string prompt, ImmutableArray<string> texts) =>
        prompt + "\n" + string.Concat(texts.Select((text, i) => $"\n{(char)('A' + i)}. {text}"));

    /// <summary>The problem with the letters of the option lines in its prompt, which must be A, B, C, …; else A to E.</summary>
    public static Problem InPrompt(Problem problem)
    {
        List<Match> options = [.. Option().EnumerateAll(problem.Prompt)];
        int start = options.FindLastIndex(option => option.Groups["letter"].Value == "A");
        List<Match> last = [];
        for (int i = start; i >= 0 && i < options.Count && options[i].Groups["letter"].Value[0] == 'A' + last.Count; i++) last.Add(options[i]);
        return last.Count < 2
            ? problem with { ChoiceLetters = Prompts.Letters(LettersWithoutOptions) }
            : problem with
            {
                ChoiceLetters = Prompts.Letters(last.Count),
                ChoiceTexts = [.. last.Select(option => option.Groups["text"].Value.Trim())],
            };
    }

    [GeneratedRegex(@"^\s*(?:\((?<letter>[A-Z])\)|(?<letter>[A-Z])[.):])(?<text>[^\n]*)$", RegexOptions.Multiline)]
    private static partial Regex Option();
}
