using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading.Numbers;

/// <summary>
/// Reads numbers. Rules: 1. the last box, tag or "the answer is" wins; 2. without any, bold text of the last line; 3. else the last number.
/// Everywhere a number must end where it is read to end: <c>18 or 20</c>, <c>2:30</c>, <c>5x</c> are no answer.
/// </summary>
internal static partial class NumberReader
{
    private const int MaxCharacters = 300;

    /// <summary>The reader of numbers.</summary>
    public static AnswerReader Reader { get; } = new(Statements, Fallback);

    /// <summary>A gold answer in canonical form; null where it is no number.</summary>
    public static string? Canonical(string gold) => Value(gold)?.ToString();

    private static IEnumerable<Reading> Statements(string text)
    {
        List<Reading> stated =
        [
            .. Box.Statements(text, content => Value(content, boxed: true)?.ToString()),
            .. Labels.Answers(text, start => Stated(text, start)),
            .. Labels.Weak(text, start => WholeLine(text, start)),
            .. Named(text),
        ];
        // An answer that is only considered ("some say the answer is 18") is none, and nothing else is guessed.
        return stated.Count > 0 ? stated : Labels.Considered(text, start => Stated(text, start));
    }

    private static Reading? Stated(string text, int start)
    {
        int from = PlainText.SkipDress(text, start, Dress);
        if (BoxHere().IsMatch(text, from)) return null;
        int end = Sentence(text, from);
        if (end - from > MaxCharacters) return null;
        // "5!."
        if (end < text.Length && text[end] == '.' && ExclaimedNumber().IsMatch(text[from..end])) return new(start, end, null, true);
        string sentence = NumberText.Plain(text[from..end]) + (end < text.Length && text[end] == '?' ? "?" : "");
        return NumberClause.Read(sentence) is { } stated ? At(stated, sentence, start, end) : null;
    }

    // "42 is the answer"
    private static IEnumerable<Reading> Named(string text)
    {
        Match match = IsTheAnswer().Match(text);
        if (match.Success && !Clause.IsDoubted(text, match.Index) && Value(match.Groups["number"].Value) is { } value)
            yield return new(match.Index, match.Index + match.Length, value.ToString(), true);
    }

    // Display mathematics is one sentence with its number: "\[\n42\n\]".
    private static int Sentence(string text, int from)
    {
        int first = PlainText.SkipDress(text, from);
        return Clause.End(text, Math.Min(Math.Max(first, from), text.Length));
    }

    private static Reading At(StatedNumber stated, string sentence, int start, int end)
    {
        bool reaches = stated.End >= sentence.AsSpan().TrimEnd(" *_`\"'").Length;
        return new(start, reaches ? end : end - 1, stated.Value?.ToString(), false);
    }

    // "Solution: 42" is a statement; "Solution: First we add 4" is the start of a derivation.
    private static Reading? WholeLine(string text, int start)
    {
        int from = PlainText.SkipDress(text, start, Dress);
        int line = text.IndexOf('\n', from);
        int end = line < 0 ? text.Length : line;
        return end - from <= MaxCharacters && Value(text[from..end]) is { } value ? new(start, end, value.ToString(), false) : null;
    }

    private static Reading? Fallback(string text)
    {
        (int start, string line) = PlainText.LastLine(text);
        Match? bold = Bold().EnumerateAll(line).LastOrDefault();
        string strong = bold?.Groups[1].Value ?? "";
        if (BareRange().IsMatch(line) || (StartsWithNumber().IsMatch(strong) && Value(strong) is null))
            return null;
        if (bold is not null && Value(bold.Groups[1].Value) is { } emphasised)
            return new(start + bold.Index, start + bold.Index + bold.Length, emphasised.ToString(), true);
        if (line.Length <= MaxCharacters && Value(line) is { } whole) return new(start, start + line.Length, whole.ToString(), false);
        return LastNumber(text);
    }

    private static Reading? LastNumber(string text)
    {
        (int start, string line) = LastNumberLine(text);
        if (start < 0) return null;
        string plain = WithoutReason(NumberText.Plain(line));
        int position = 0;
        NumberAt? last = null, before = null;
        while (Candidate().Match(plain, position) is { Success: true } match)
        {
            // "42 eggs in 7 nests": a number behind a preposition is no result, where the sentence has another.
            before = last is not null && Behind().IsMatch(plain[last.End..match.Index]) ? before ?? last : null;
            last = NumberScan.At(plain, match.Index) ?? new(NoNumber, match.Index, match.Index + match.Length);
            position = Math.Max(last.End, match.Index + 1);
        }

        if (before is not null) last = before;
        if (last is null || ReferenceEquals(last.Value, NoNumber) || Ordinal().IsMatch(plain, last.End)) return null;
        if (!NumberClause.Ends(plain, last.End) || Taken().IsMatch(plain[..last.Start])) return null;
        int end = start + line.Length;
        return new(start, last.End >= plain.Length ? end : end - 1, last.Value.ToString(), false);
    }

    // "42 (6 boxes of 7)", "42 because 6 boxes of 7": the reason holds no result where a number stands before it.
    private static string WithoutReason(string plain)
    {
        Match reason = Reason().Match(plain);
        return reason.Success && Candidate().IsMatch(plain[..reason.Index]) ? plain[..reason.Index].TrimEnd() : plain;
    }

    private static (int Start, string Line) LastNumberLine(string text)
    {
        int end = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        int limit = text.Length;
        (int start, string line) = PlainText.LastLine(text, limit);
        if (end == 0) return NumberInWords().IsMatch(line) ? (start, line) : (-1, "");
        start = text.LastIndexOf('\n', end - 1) + 1;
        int stop = text.IndexOf('\n', end);
        if (stop < 0) stop = text.Length;
        // Very long lines are noise; their last part decides.
        start = Math.Max(start, stop - MaxLine);
        return (start, text[start..stop]);
    }

    /// <summary>The number that a short text such as a box's content consists of; null where it is something else.</summary>
    public static ExactNumber? Value(string content, bool boxed = false)
    {
        if (content.Length > MaxCharacters) return null;
        string plain = NumberText.Plain(boxed ? BoxedFactorial().Replace(content, " factorial ") : content);
        if (Multiple().IsMatch(plain)) return null;
        int cut = plain.LastIndexOfAny(['=', '≈']);
        if (cut > 0 && Alternatives().IsMatch(plain[..cut])) return null;
        // "42 = 6 × 7" states its left side.
        if (cut > 0 && plain.IndexOf('=') == cut && Expression().IsMatch(plain, cut + 1)) plain = plain[..cut];
        cut = plain.LastIndexOfAny(['=', '≈']);
        int colon = LabelColon().Match(plain) is { Success: true } label ? label.Length - 1 : -1;
        plain = Unwrapped(plain[(Math.Max(cut, colon) + 1)..]);
        Match lead = Words().Match(plain);
        if (lead.Success && Unclear().IsMatch(lead.Value)) return null;
        if ((NumberScan.At(plain, 0) ?? (lead.Success ? NumberScan.At(plain, lead.Length) : null)) is not { } number) return null;
        return NumberClause.Ends(plain, number.End) && UnitOnly().IsMatch(plain, number.End) ? number.Value : null;
    }

    private static string Unwrapped(string text)
    {
        string inner = text.Trim(' ', '\n', '\r', '\t', '"', '“', '”', '~', ',', '$', '|');
        if (inner.Length > 2 && inner[0] == '\'' && inner[^1] == '\'') inner = inner[1..^1];
        while (inner.Length > 1 && inner[0] is '(' or '[' && inner[^1] is ')' or ']' && inner.IndexOfAny([')', ']']) == inner.Length - 1)
            inner = inner[1..^1].Trim();
        return inner;
    }

    private const string Dress = " \t\r\n*_`\"'“”‘’[{:|✅✓";
    private const int MaxLine = 4000;

    private static readonly ExactNumber NoNumber = ExactNumber.Parse("0")!;

    [GeneratedRegex(@"\G\s*(?:\\(?:f|frame)?box|boxed\{)")]
    private static partial Regex BoxHere();

    [GeneratedRegex(@"\d!$")]
    private static partial Regex ExclaimedNumber();

    // "**8 apples**"
    [GeneratedRegex(@"\*\*([^*\n]{1,80})\*\*")]
    private static partial Regex Bold();

    [GeneratedRegex(@"^\s*[$€£]?\d")]
    private static partial Regex StartsWithNumber();

    // "18-20"
    [GeneratedRegex(@"^\W*\d[\d.,]*\s*(?:[-–—−]|--)\s*\d[\d.,]*\W*$")]
    private static partial Regex BareRange();

    [GeneratedRegex(@"\G(?:st|nd|rd|th)\b")]
    private static partial Regex Ordinal();

    // Where a number may begin. A minus is a sign unless an operand stands before it: "16-3" and "16 -3" end in 3, "is -3" in -3.
    [GeneratedRegex(
        @"(?:(?<![\w)\]}.%])(?<![\d)\]}%]\s)[-−–‑]\s?(?=[$€£]?\.?\d)|\bnegative\s+(?=\d)|(?<=(?:\bis|\bof|="
            + @"|:)\s)minus\s+(?=\d))?[$€£¥₹]?(?:(?<![A-Za-z_\d.,])\d|(?<![\w.])\.(?=\d))|\b(?:"
            + NumberWords.Word
            + @")\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Candidate();

    [GeneratedRegex(@"\b(?:" + NumberWords.Word + @")\b", RegexOptions.IgnoreCase)]
    private static partial Regex NumberInWords();

    [GeneratedRegex(@"\s\((?=[^()]*[A-Za-z])[^()]*\)\s*[.!]?\s*$|\b(?:because|since)\b[^=]*$")]
    private static partial Regex Reason();

    // " eggs in ", " for "
    [GeneratedRegex(
        @"^[^.!?;=]*\b(?:in|for|from|with|per|at|within|across|to\s+(?:fill|make|cover|feed|buy|get))\s+(?:the\s+|her\s+"
            + @"|his\s+|their\s+|these\s+|all\s+|each\s+of\s+the\s+)?[$]?$")]
    private static partial Regex Behind();

    // "18 or 20", "between 18 and 20", "not 18", "3√2"
    [GeneratedRegex(
        @"(?:\d\s*(?:[,;/–—]|\band\b)\s*|\d\s*(?:hours?|hrs?|h|minutes?|mins?|feet|ft|pounds?|lbs?|dollars?|weeks?|days?"
            + @"|years?|yards?|miles?|kg|km|m)\s*(?:,|\band\b)?\s*|(?<![A-Za-z])[a-z]\s*[-+*/^]\s*|\d\s*\w*\s*,?\s*\b(?:or"
            + @"|to)\s+(?:maybe\s+|perhaps\s+|possibly\s+)?|\bbetween\b[^.]{1,30}\band\s+|(?:\bnot|n['’]t|\bnever"
            + @"|\bcannot)\s+(?:\w+\s+){0,2}|(?:\bdiffers?\s+from|\bdifferent\s+from|\bother\s+than|\banything\s+but|\bmultiple\s+of|\bfactor\s+of|\bdivisible\s+by)\s*|(?:\bneither|\bnor|\bat most|\bat least|\bless than|\bmore than|\bfewer than"
            + @"|\bgreater than|[<>≤≥√^±])\s*|\d\s*:\s*|\\[A-Za-z]+\s*)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Taken();

    [GeneratedRegex(@"(?<=[\d)])\s?!")]
    private static partial Regex BoxedFactorial();

    // "2x = 18" states no x.
    [GeneratedRegex(@"^\s*\d+\s*[a-z]\s*=")]
    private static partial Regex Multiple();

    [GeneratedRegex(@"=.*(?:\b(?:or|and)\b|[,;]\s*[A-Za-z])|\b(?:or|and)\b.*=")]
    private static partial Regex Alternatives();

    [GeneratedRegex(@"\G\s*[-(]?\d[\d.,]*\s*(?:(?:[×*+/÷·-]|\\times|\\cdot|\\div)\s*\(?\d[\d.,]*\)?\s*)+$")]
    private static partial Regex Expression();

    [GeneratedRegex(
        @"(?<number>(?<![\w.,])[-−]?[$€£]?\d[\d,.]*(?:\s[A-Za-z%]+)?)\s+is\s+(?:the|my)\s+(?:final\s+|correct\s+)?answer\b",
        RegexOptions.RightToLeft)]
    private static partial Regex IsTheAnswer();

    // "Total: 18", "The answer is 42"
    [GeneratedRegex(@"^[^\d:]*[A-Za-z][^\d:]*:(?!\d)")]
    private static partial Regex LabelColon();

    [GeneratedRegex(
        @"^\s*(?!(?:negative|minus|"
            + NumberWords.Word
            + @")\s)(?:[A-Za-z][A-Za-z\s'’]{0,50}?[\s(]|\()\s*(?=(?:negative\s|minus\s|[-−]\s?)?[$€£¥₹]?\s?\.?\d|(?:"
            + NumberWords.Word
            + @")\b)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Words();

    [GeneratedRegex(
        @"\b(?:not|no|never|cannot|neither|either|both|between|most|least|less|fewer|more|greater|above|below|under|over|up"
            + @"|almost|nearly|half|twice|double|square|root|sqrt|log|from|or|to|than|unknown|sum|product|minus|plus|times)\b"
            + @"|n['’]t\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Unclear();

    // A unit, and perhaps a remark in parentheses; no other number.
    [GeneratedRegex(
        @"\G(?![^()]*\b(?:if|unless|otherwise)\b)\s*(?:[%°¢€£¥₹$]|\\%)*\s*(?:/?\s*(?!(?:or|to|nor|plus|minus|over|than|pi"
            + @"|mod|choose|factorial)\b)[A-Za-z°%$µΩ][A-Za-z\s/.'’,²³%$°·-]{0,80}(?:\^?[23²³])?)?(?:\s*\([A-Za-z\s,.'’-]{1,60}\))"
            + @"?[\s.!,;…]*[)\]]?[\s.!""]*$")]
    private static partial Regex UnitOnly();
}
