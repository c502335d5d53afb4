using System.Text.RegularExpressions;

namespace Calibration.Datasets;

/// <summary>Places where a response announces its answer in words, and where the announced answer begins.</summary>
internal static partial class Phrase
{
    // The last of these that can be read wins. More failures than this are noise, and looking at all of them could take quadratic time.
    private const int MostLooks = 50;

    /// <summary>"the answer is", "Answer:", <c>"answer":</c>, "#### ": the last of them after which an answer can be read.</summary>
    /// <param name="text">The response.</param>
    /// <param name="read">Reads an answer that starts at a position; null where none does.</param>
    public static IEnumerable<Reading> Answers(string text, Func<int, Reading?> read) => Last(Answer(), text, read);

    /// <summary>Besides those, "option C", "I choose", "the correct choice is".</summary>
    public static IEnumerable<Reading> Choices(string text, Func<int, Reading?> read) => Last(Choice(), text, read);

    /// <summary>Besides those, "the sorted list is", "in order:".</summary>
    public static IEnumerable<Reading> Lists(string text, Func<int, Reading?> read) => Last(List(), text, read);

    /// <summary>Besides those, "the output is", "returns", "evaluates to".</summary>
    public static IEnumerable<Reading> Outputs(string text, Func<int, Reading?> read) => Last(Output(), text, read);

    /// <summary>The last match of a pattern after which an answer can be read.</summary>
    public static IEnumerable<Reading> Last(Regex phrase, string text, Func<int, Reading?> read)
    {
        foreach (Match match in phrase.EnumerateAll(text).TakeLast(MostLooks).Reverse())
        {
            if (read(match.Index + match.Length) is not { } reading) continue;
            yield return reading with { Position = match.Index };
            yield break;
        }
    }

    [GeneratedRegex(@"####|\banswers?\b[^.\n:=?!]{0,60}?(?:\b(?:is|are|was|be|equals)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：])", RegexOptions.IgnoreCase)]
    private static partial Regex Answer();

    [GeneratedRegex(@"####|\b(?:answers?|choice|option)\b[^.\n:=?!]{0,60}?(?:\b(?:is|are|was|be)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：])|\b(?:choose|chose|select|pick|go with|(?:correct|right|best) (?:choice|option|answer))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Choice();

    [GeneratedRegex(@"####|\b(?:answers?|order|list|words|sorted|sequence|alphabetically)\b[^.\n:=?!]{0,60}?(?:\b(?:is|are|was|be)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：])", RegexOptions.IgnoreCase)]
    private static partial Regex List();

    [GeneratedRegex(@"####|\[ANSWER\]|\b(?:answers?|output|result|value)\b[^.\n:=?!]{0,60}?(?:\b(?:is|are|was|be|equals)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：]+)|\b(?:returns?|returned|evaluates to|prints?|outputs?|yields?|gives?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Output();
}
