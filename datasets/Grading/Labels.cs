using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>Places where a response announces its answer in words, and where the announced answer begins.</summary>
internal static partial class Labels
{
    // The last of these that can be read wins. More failures than this are noise, and looking at all of them could take quadratic time.
    private const int MaxLooks = 50;

    /// <summary>"the answer is", "Answer:", <c>"final_answer":</c>, <c>&lt;answer&gt;</c>, a heading "Answer", "#### ": the last of them
    /// after which an answer can be read.</summary>
    /// <param name="text">The response.</param>
    /// <param name="read">Reads an answer that starts at a position; null where none does.</param>
    public static IEnumerable<Reading> Answers(string text, Func<int, Reading?> read) => Last(Answer(), text, read);

    /// <summary>"Solution:", "Result:": labels that may also head a derivation.</summary>
    public static IEnumerable<Reading> Weak(string text, Func<int, Reading?> read) => Last(Heading(), text, read);

    /// <summary>Besides those, "option C", "I choose", "the correct choice is".</summary>
    public static IEnumerable<Reading> Choices(string text, Func<int, Reading?> read) =>
        Answers(text, read).Concat(Last(Choice(), text, read));

    /// <summary>Besides those, "the sorted list is", "in order:".</summary>
    public static IEnumerable<Reading> Lists(string text, Func<int, Reading?> read) => Answers(text, read).Concat(Last(List(), text, read));

    /// <summary>"the output is", "the returned value:".</summary>
    public static IEnumerable<Reading> Outputs(string text, Func<int, Reading?> read) => Last(Output(), text, read);

    /// <summary>"the value is": said of steps, too.</summary>
    public static IEnumerable<Reading> Values(string text, Func<int, Reading?> read) => Last(ValueIs(), text, read);

    /// <summary>"returns", "evaluates to": said of steps, too.</summary>
    public static IEnumerable<Reading> Returns(string text, Func<int, Reading?> read) => Last(Return(), text, read);

    /// <summary>The last match of a pattern after which an answer can be read, and which the response means.</summary>
    public static IEnumerable<Reading> Last(Regex label, string text, Func<int, Reading?> read)
    {
        foreach (Match match in label.EnumerateAll(text).TakeLast(MaxLooks).Reverse())
        {
            if (IsConsidered(text, match) || read(match.Index + match.Length) is not { } reading) continue;
            yield return reading with { Position = match.Index };
            yield break;
        }
    }

    /// <summary>A reading without an answer, where a label states something that the response does not mean; empty where none
    /// does.</summary>
    public static IEnumerable<Reading> Considered(string text, Func<int, Reading?> read) => Answer().EnumerateAll(text).TakeLast(MaxLooks)
        .Where(match => IsConsidered(text, match) && read(match.Index + match.Length) is not null)
        .Select(match => new Reading(match.Index, match.Index + match.Length, null, true))
        .Take(1);

    private static bool IsConsidered(string text, Match match) => Clause.IsDoubted(text, match.Index) || TakenBack().IsMatch(match.Value)
        || (Would().IsMatch(match.Value) && Condition().IsMatch(text, match.Index + match.Length));

    [GeneratedRegex(@"\b(?:would|could|might)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Would();

    // "would be 18 if she sold 3"
    [GeneratedRegex(@"\G[^.!?\n]{0,80}\b(?:if|unless)\b")]
    private static partial Regex Condition();

    // Between the noun and the verb: "to the question of 12 items", "(yes or no)".
    private const string Gap = @"[^.\n:=?!。]{0,60}?";

    private const string Verb = @"(?:\b(?:is|are|was|be|equals)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：|]{1,2})";

    private const string Foreign =
        @"|答案\s*(?:应该是|应为|应是|就是|是|为|為|选|選)?\s*[:：]?|(?:故|应|應|所以|因此)?[选選](?:择|擇)?\s*[:：]?(?=\s*[（(]?[A-Z])|正确(?:的)?(?:选项"
        + @"|答案)\s*(?:应该是|应为|是|为)?\s*[:：]?|(?:正解|答え|回答)\s*(?:は|:|：)"
        + @"|(?:정답|답)\s*(?:은|:|：)|ответ(?!\w)\s*(?::|—|–|-|это|является|равен)?|\b(?:antwort|lösung)\b\s*(?:ist|lautet|:)+"
        + @"|\br[ée]ponse\b"
        + Gap
        + @"(?:\best\b|:)|\brespuesta\b"
        + Gap
        + @"(?:\bes\b|:)|\brisposta\b"
        + Gap
        + @"(?:\bè|:)|\bresposta\b"
        + Gap
        + @"(?:\bé|:)";

    private const string Answered =
        @"####|\[ANSWER\]|<(?:final_)?answer>|(?<=(?:^|\n)[\s#*_>]*(?:the\s+|my\s+)?(?:final\s+"
        + @"|correct\s+)?)answer(?=[ \t*_#:]*\n)[ \t*_#:]*|\bans(?:wer)?\.?\s*[:=：]|(?<![A-Za-z])answers?(?![A-Za-z])"
        + Gap
        + Verb
        + @"|\b(?:actually|wait|no|hmm)\b[,:]?\s*(?:it\s+is|it['’]s|it\s+should\s+be|it\s+must\s+be"
        + @"|that\s+should\s+be)(?=[\s:*(]*(?:[A-Z]\b|-?[$]?\d))|\b(?:correction|scratch\s+that|make\s+that"
        + @"|i\s+meant?)\b[,:]?\s*(?=[\s:*(]*(?:[A-Z]\b|-?[$]?\d))"
        + Foreign;

    // "The answer is 18", "**Answer:** C", "\"final_answer\": 42", "<answer>", "### Answer", "答案是B", "La réponse est 42"
    [GeneratedRegex(Answered, RegexOptions.IgnoreCase)]
    private static partial Regex Answer();

    // "Solution: 42"
    [GeneratedRegex(
        @"(?<![A-Za-z])(?:result|solution|conclusion|final|final\s+result|final\s+value)(?:\*\*)?\s*[:：]",
        RegexOptions.IgnoreCase)]
    private static partial Regex Heading();

    // "I choose", "the correct option is", "Option C"
    [GeneratedRegex(
        @"(?<![A-Za-z])(?:choice|option)(?![A-Za-z])"
            + Gap
            + Verb
            + @"|\b(?:choose|chose|select|pick|go with|(?:correct|right|best) (?:choice|option|answer))\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Choice();

    // "The words in alphabetical order are"
    [GeneratedRegex(
        @"(?<!\b(?:these|those|all|both)\s+(?:\w+\s+)?)\b(?:order|list|words|sorted|sequence|alphabetically|brackets?)\b"
            + Gap
            + Verb,
        RegexOptions.IgnoreCase)]
    private static partial Regex List();

    // "The output is", "Return value:", "Result:"
    [GeneratedRegex(
        @"\b(?:output|result|return(?:ed)?\s+(?:value|\w+))\b"
            + Gap
            + @"(?:\b(?:is|are|was|be|equals)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：]{1,2})",
        RegexOptions.IgnoreCase)]
    private static partial Regex Output();

    // "the value is"
    [GeneratedRegex(
        @"\bvalue\b"
            + Gap
            + @"(?:\b(?:is|are|was|be|equals)\b(?!\s*[:=])|(?:\b(?:is|are|was|be)\b\s*)?[:=：]+)",
        RegexOptions.IgnoreCase)]
    private static partial Regex ValueIs();

    // "It returns", "this evaluates to"
    [GeneratedRegex(@"\b(?:returns?|returned|evaluates to|prints?|outputs?|yields?|gives?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Return();

    // "the answer cannot be", "the answer might not be", "answers that are wrong"
    [GeneratedRegex(@"\b(?:not|cannot|never|neither|nor)\b|n['’]t\b|\bif\b|\bwhether\b|\b(?:wrong|incorrect)\b", RegexOptions.IgnoreCase)]
    private static partial Regex TakenBack();
}
