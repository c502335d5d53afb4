using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>
/// Reads yes/no, true/false and valid/invalid without case. A negated word counts as its opposite; "no" inside a sentence
/// ("there is no error") is no answer.
/// </summary>
internal static partial class BooleanReader
{
    /// <summary>The reader for the family of a gold answer.</summary>
    /// <param name="family">The two words.</param>
    /// <param name="prompt">The question: an answer may restate it.</param>
    public static AnswerReader For(BooleanWords family, string prompt) =>
        new(text => Statements(text, family, prompt), text => Fallback(text, family));

    private static IEnumerable<Reading> Statements(string text, BooleanWords family, string prompt) =>
        Box.Statements(text, content => Boxed(PlainText.WithoutGroups(content), family, prompt))
            .Concat(Labels.Answers(text, start => AtStart(text, start, family)))
            .Concat(Labels.Weak(text, start => AtStart(text, start, family)));

    private static string? Boxed(string content, BooleanWords family, string prompt) =>
        AtStart(content, 0, family) is { } stated ? stated.Answer : Restated(content, family, prompt);

    // "Does Ann tell the truth?" answered by "Ann tells the truth" (BBH's web_of_lies); about anyone else it is no answer.
    private static string? Restated(string content, BooleanWords family, string prompt)
    {
        Match match = Truthful().Match(content);
        if (!match.Success || !prompt.Contains($"Does {match.Groups["who"].Value} tell the truth?", StringComparison.OrdinalIgnoreCase))
            return null;
        return match.Groups["yes"].Success ? family.Yes : family.No;
    }

    // "Yes"; "True and False, which is False" and "not (True) = False" by their values; "yes or no" and "neither yes nor no" name no
    // answer.
    private static Reading? AtStart(string text, int start, BooleanWords family)
    {
        int from = PlainText.SkipDress(text, start);
        Match lead = LeadIn().Match(text, from);
        from += lead.Length;
        var sentence = new Sentence(text, from, Clause.End(text, from));
        Match first = WordHere().Match(text, from);
        bool expression = Expression().IsMatch(sentence.Words);
        if (Value(sentence, expression, first.Success, family) is { } value) return value;
        if (Undecided().IsMatch(sentence.Words)) return new(start, sentence.End, null, false);
        if (!first.Success) return null;
        if (expression) return new(start, sentence.End, null, false);
        return Read(first, family);
    }

    // "… = False", "…, which is False"
    private static Reading? Value(Sentence sentence, bool expression, bool stated, BooleanWords family)
    {
        if (Result().Match(sentence.Words) is not { Success: true } result || !(expression || (!stated && !result.Groups["weak"].Success)))
            return null;
        Match value = WordHere().Match(sentence.Text, PlainText.SkipDress(sentence.Text, sentence.Start + result.Index + result.Length));
        return value.Success ? Read(value, family) : null;
    }

    private static Reading? Fallback(string text, BooleanWords family)
    {
        (int lineStart, string line) = PlainText.LastLine(text);
        var sentence = new Sentence(text, lineStart + SentenceStart(line), lineStart + line.Length);
        if (Expression().IsMatch(sentence.Words)) return Value(sentence, expression: true, stated: false, family);
        if (Undecided().IsMatch(sentence.Words) && !Ultimately().IsMatch(sentence.Words)) return null;
        Reading? last = Word().EnumerateAll(text[..sentence.End])
            .Where(match => match.Index >= sentence.Start && Counts(text, match, sentence.Start))
            .Select(match => Read(match, family))
            .LastOrDefault(reading => reading is not null);
        return OneWord(text, family) ?? last ?? AtStart(text, 0, family);
    }

    // "No\n\nExplanation: yes would need another step."
    private static Reading? OneWord(string text, BooleanWords family)
    {
        string trimmed = text.Trim();
        int end = trimmed.IndexOf('\n', StringComparison.Ordinal);
        string first = end < 0 ? trimmed : trimmed[..end].Trim(' ', '*', '.', '!', '"', '`', '\r');
        Match word = WordHere().Match(first);
        return word.Success && word.Length == first.Length ? Read(word, family) : null;
    }

    private static int SentenceStart(string line)
    {
        int start = 0;
        foreach (Match end in EndOfSentence().EnumerateAll(line)) start = end.Index + end.Length;
        return start;
    }

    // "no" is an answer at the start of the sentence, before a mark, or in emphasis or quotes.
    private static bool Counts(string text, Match match, int sentence)
    {
        if (!match.ValueSpan.Equals("no", StringComparison.OrdinalIgnoreCase)) return true;
        int end = match.Index + match.Length;
        return end >= text.Length || !char.IsWhiteSpace(text[end]) || text.AsSpan(end).IsWhiteSpace()
            || (match.Index == PlainText.SkipDress(text, sentence) && end < text.Length && text[end] is ',' or '.' or ':' or ';');
    }

    private static Reading? Read(Match match, BooleanWords family)
    {
        string word = match.Groups["word"].Value.ToLowerInvariant();
        bool yes = family.Affirmations.Contains(word);
        if (!yes && !family.Denials.Contains(word)) return null;
        if (match.Groups["not"].Success) yes = !yes;
        return new(match.Index, match.Index + match.Length, yes ? family.Yes : family.No, false);
    }

    /// <summary>A sentence within a text.</summary>
    private readonly record struct Sentence(string Text, int Start, int End)
    {
        internal string Words { get; } = Text[Start..End];
    }

    private const string Words =
        @"(?<![\w-])(?:(?<not>(?:is |are |was )?not|isn['’]t|cannot be|never)\s+(?:(?:be|deductively|a|really|at all"
        + @"|logically)\s+)*)?(?:deductively\s+)?(?<word>yes|no|true|false|valid|invalid|plausible|implausible|correct"
        + @"|incorrect)(?![\w-])";

    // "yes", "not valid", "deductively invalid"
    [GeneratedRegex(Words, RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    [GeneratedRegex(@"\G" + Words, RegexOptions.IgnoreCase)]
    private static partial Regex WordHere();

    [GeneratedRegex(
        @"^(?<who>\w+) (?:(?<yes>tells the truth|is telling the truth|is truthful)|lies|is lying"
            + @"|does not tell the truth)\.?$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Truthful();

    [GeneratedRegex(
        @"\G(?:(?:is|that|it|therefore|clearly|definitely|simply|the\s+(?:statement|argument|sentence|expression)(?:\s+is)?"
            + @"|evaluates\s+to)[\s:*""'`]+)*(?!\w*n['’]t)",
        RegexOptions.IgnoreCase)]
    private static partial Regex LeadIn();

    // "… which is False", "… = False", "… evaluates to False", "ultimately no"
    [GeneratedRegex(
        @"(?:=|→|->|\\rightarrow|\b(?:which|this|that|it)\s+(?:is|equals|gives|yields|becomes|simplifies\s+to|evaluates\s+to"
            + @"|reduces\s+to)|\b(?:evaluates?\s+to|simplifies\s+to|reduces\s+to|equals|gives|yields|becomes|ultimately|finally"
            + @"|(?<weak>so|is)))\b?[\s:*""'`(]*(?=(?:not\s+)?(?:yes|no|true|false|valid|invalid)\b(?!\s*\)?\s*(?:and|or)\b))",
        RegexOptions.IgnoreCase | RegexOptions.RightToLeft)]
    private static partial Regex Result();

    // "True and False", "not (True)"
    [GeneratedRegex(
        @"\b(?:true|false)\b\W*\b(?:and|or|xor)\b\W*(?:not\b\W*)?\(?\s*(?:true|false|not)\b|\bnot\b\W*\(",
        RegexOptions.IgnoreCase)]
    private static partial Regex Expression();

    // "yes or no", "yes/no", "neither yes nor no", "both yes and no"
    [GeneratedRegex(
        @"\b(?:yes|no|true|false|valid|invalid|plausible|implausible)\b[\s""'*]*(?:/|,|\bor\b|\bnor\b|\band\b|&"
            + @"|\|)[\s""'*]*(?:or\s+|and\s+|maybe\s+|perhaps\s+|possibly\s+|also\s+)*(?:yes|no|true|false|valid|invalid|plausible"
            + @"|implausible)\b(?!\s+(?:matter|one|doubt|way|need|reason|error|contradiction|evidence))"
            + @"|\bneither\b(?:\s+\w+){0,3}?\s+(?:yes|no|true|false|valid|invalid|plausible|implausible)\b|^\W*(?:unclear"
            + @"|undetermined|unknown|undecidable|cannot\s+be)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Undecided();

    [GeneratedRegex(@"\b(?:ultimately|finally|overall|in\s+the\s+end|but|so)\b|[=]|\bwhich\b|\bis\b", RegexOptions.IgnoreCase)]
    private static partial Regex Ultimately();

    [GeneratedRegex(@"[.!?]\s+(?=\S)")]
    private static partial Regex EndOfSentence();
}
