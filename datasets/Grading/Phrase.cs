using System.Text.RegularExpressions;

namespace Calibration.Datasets;

/// <summary>Places where a response announces its answer in words, and where the announced answer begins.</summary>
internal static partial class Phrase
{
    /// <summary>"the answer is", "Answer:", <c>"answer":</c>, "#### ".</summary>
    public static IEnumerable<(int Position, int Start)> Answers(string text) => Starts(Answer(), text);

    /// <summary>Besides those, "option C", "I choose", "the correct choice is".</summary>
    public static IEnumerable<(int Position, int Start)> Choices(string text) => Starts(Choice(), text);

    /// <summary>Besides those, "the sorted list is", "in order:".</summary>
    public static IEnumerable<(int Position, int Start)> Lists(string text) => Starts(List(), text);

    /// <summary>Besides those, "the output is", "returns", "evaluates to".</summary>
    public static IEnumerable<(int Position, int Start)> Outputs(string text) => Starts(Output(), text);

    private static IEnumerable<(int Position, int Start)> Starts(Regex phrase, string text) =>
        phrase.EnumerateAll(text).Select(match => (match.Index, match.Index + match.Length));

    [GeneratedRegex(@"####|\banswers?\b[^.\n:=?!]{0,60}?(?:\b(?:is|are|was|be|equals)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：])", RegexOptions.IgnoreCase)]
    private static partial Regex Answer();

    [GeneratedRegex(@"####|\b(?:answers?|choice|option)\b[^.\n:=?!]{0,60}?(?:\b(?:is|are|was|be)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：])|\b(?:choose|chose|select|pick|go with|(?:correct|right|best) (?:choice|option|answer))\b", RegexOptions.IgnoreCase)]
    private static partial Regex Choice();

    [GeneratedRegex(@"####|\b(?:answers?|order|list|words|sorted|sequence|alphabetically)\b[^.\n:=?!]{0,60}?(?:\b(?:is|are|was|be)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：])", RegexOptions.IgnoreCase)]
    private static partial Regex List();

    [GeneratedRegex(@"####|\[ANSWER\]|\b(?:answers?|output|result|value)\b[^.\n:=?!]{0,60}?(?:\b(?:is|are|was|be|equals)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：]+)|\b(?:returns?|returned|evaluates to|prints?|outputs?|yields?|gives?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Output();
}
