using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Calibration.Datasets.Grading;
using Calibration.Datasets.Loading;

namespace Calibration.Datasets.Tasks;

/// <summary>Finds the lettered choices of a problem that did not come from one of the six benchmarks.</summary>
internal static partial class ChoiceLetters
{
    private const int LettersWithoutOptions = 5;

    /// <summary>The row's own <c>choices</c>; null where it has none.</summary>
    public static ImmutableArray<string>? Of(DatasetRow row)
    {
        if (!row.Values.ContainsKey("choices")) return null;
        ImmutableArray<string> texts = row.List("choices");
        return texts.Length is >= 2 and <= 26 ? texts : throw row.Malformed("choices", $"has {texts.Length} entries; 2 to 26 are expected");
    }

    /// <summary>A letter and those of the other choices with the same text: whoever names a twin is right, too.</summary>
    public static ImmutableArray<string> WithTwins(string letter, ImmutableArray<string> letters, ImmutableArray<string> texts)
    {
        int choice = letters.IndexOf(letter);
        return choice < 0 || choice >= texts.Length
            ? [letter]
            : [letter, .. letters.Where((other, i) => i != choice && i < texts.Length && Bare(texts[i]) == Bare(texts[choice]))];
    }

    /// <summary>Whether two of the choices have the same text.</summary>
    public static bool HasTwins(Problem problem) =>
        problem.ChoiceTexts.Select(Bare).Distinct(StringComparer.Ordinal).Count() < problem.ChoiceTexts.Length;

    /// <summary>Labels that are no letters, such as ARC's 1 to 4; empty where they are letters.</summary>
    public static ImmutableArray<string> Published(ImmutableArray<string> labels) =>
        labels.All(label => label.Length == 1 && char.IsAsciiDigit(label[0])) ? labels : [];

    // Choices may differ in capitals, but not only in blanks: "Bb" and "bb".
    private static string Bare(string text) => Blanks().Replace(text.Trim(), " ");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    /// <summary>A prompt with its choices, a lettered line each.</summary>
    public static string Appended(string prompt, ImmutableArray<string> texts) =>
        prompt + "\n" + string.Concat(texts.Select((text, i) => $"\n{(char)('A' + i)}. {text}"));

    /// <summary>The problem with the letters of the option lines in its prompt, which must be A, B, C, …; else A to E.</summary>
    public static Problem InPrompt(Problem problem)
    {
        List<Match> options = [.. Option().EnumerateAll(problem.Prompt)];
        int start = options.FindLastIndex(option => option.Groups["letter"].Value == "A");
        List<Match> last = [];
        for (int i = start; i >= 0 && i < options.Count && options[i].Groups["letter"].Value[0] == 'A' + last.Count; i++)
            last.Add(options[i]);
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
