using System.Text.RegularExpressions;

namespace Calibration.Datasets;

/// <summary>
/// Reads numbers: the last box or "the answer is", else the last number. Commas, currency, percent signs and units fall away;
/// a minus sign counts only where it is no operator. A boxed expression such as <c>5R - 4</c> is no number.
/// </summary>
internal static partial class NumberReader
{
    /// <summary>The reader of numbers.</summary>
    public static AnswerReader Reader { get; } = new(Statements, Fallback);

    /// <summary>A gold answer in canonical form; null where it is no number.</summary>
    public static string? Canonical(string gold) => Value(gold)?.ToString();

    private static IEnumerable<Reading> Statements(string text) =>
        Box.Statements(text, content => Value(content)?.ToString()).Concat(Phrase.Answers(text, start => Stated(text, start)));

    // "The answer is 3 * 4 = 12": what follows the last equals sign of the sentence is the answer.
    private static Reading? Stated(string text, int start)
    {
        int from = PlainText.SkipDress(text, start, " \t\r\n*_`$\"'“”‘’([{:");
        int end = SentenceEnd(text, from);
        int equals = text.LastIndexOfAny(['=', '≈'], Math.Max(end - 1, 0), Math.Max(end - from, 0));
        if (equals >= from) from = PlainText.SkipDress(text, equals + 1);
        Match lead = LeadIn().Match(text, from);
        Match number = NumberHere().Match(text, from + lead.Length);
        if (!number.Success) return Worded(text, from + lead.Length);
        if (Operator().IsMatch(text, number.Index + number.Length)) return null;
        return Value(number.Value) is { } value ? new(start, number.Index + number.Length, value.ToString(), false) : null;
    }

    // A fraction in LaTeX or a number in letters.
    private static Reading? Worded(string text, int start)
    {
        Match match = FractionOrWord().Match(text, start);
        return match.Success && Value(match.Value) is { } value ? new(start, start + match.Length, value.ToString(), false) : null;
    }

    private static Reading? Fallback(string text)
    {
        (int start, string line) = PlainText.LastLine(text);
        Match? bold = Bold().EnumerateAll(line).LastOrDefault(match => Value(match.Groups[1].Value) is not null);
        if (bold is not null) return new(start + bold.Index, start + bold.Index + bold.Length, Value(bold.Groups[1].Value)!.ToString(), true);
        Match? last = Number().EnumerateAll(text).LastOrDefault(match => !Ordinal().IsMatch(text, match.Index + match.Length));
        return last is not null && Value(last.Value) is { } value ? new(last.Index, last.Index + last.Length, value.ToString(), false) : null;
    }

    /// <summary>The number that a short text such as a box's content consists of; null where it is something else.</summary>
    public static ExactNumber? Value(string content)
    {
        if (content.Length > MostCharacters) return null;
        string text = PlainText.WithoutLatex(Thousands().Replace(Fraction().Replace(content, "($1$3)/($2$4)"), ","));
        text = Scientific().Replace(text, "e$1").Replace(@"\approx", "=", StringComparison.Ordinal).Trim(' ', '{', '}');
        int cut = text.LastIndexOfAny(['=', '≈']);
        int colon = LabelColon().Match(text) is { Success: true } label ? label.Length - 1 : -1;
        text = text[(Math.Max(cut, colon) + 1)..];
        Match match = WholeNumber().Match(text);
        return match.Success ? Combine(match) : Spelled(text);
    }

    private static ExactNumber? Combine(Match match)
    {
        if (Plain(match.Groups["whole"].Value) is not { } value) return null;
        if (match.Groups["denominator"].Success)
        {
            if (Plain(match.Groups["denominator"].Value) is not { } denominator) return null;
            ExactNumber? numerator = match.Groups["numerator"].Success ? Plain(match.Groups["numerator"].Value) : value;
            if (numerator?.Over(denominator) is not { } ratio) return null;
            value = match.Groups["numerator"].Success ? value.Plus(ratio) : ratio;
        }

        value = match.Groups["scale"].Value.ToLowerInvariant() switch
        {
            "thousand" => value.Times(1_000),
            "million" => value.Times(1_000_000),
            "billion" => value.Times(1_000_000_000),
            _ => value,
        };
        return match.Groups["sign"].Success ? value.Negated() : value;
    }

    private static ExactNumber? Plain(string digits) => ExactNumber.Parse(digits.Replace(",", "", StringComparison.Ordinal));

    private static ExactNumber? Spelled(string text)
    {
        int value = Array.IndexOf(Words, text.Trim(' ', '.', '*').ToLowerInvariant());
        return value < 0 ? null : ExactNumber.Parse(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static int SentenceEnd(string text, int from)
    {
        Match end = EndOfSentence().Match(text, from);
        return end.Success ? end.Index : text.Length;
    }

    private const int MostCharacters = 300;

    private static readonly string[] Words =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ];

    // A minus is a sign unless an operand stands before it: "16-3" and "16 -3" end in 3, "is -3" in -3.
    private const string Signed = @"(?:(?<![\w)\]}.%])(?<![\d)\]}%]\s)[-−–‑](?=\$?\.?\d)|\bnegative\s|(?<=(?:\bis|\bof|=|:)\s)minus\s)?\$?(?:(?<![A-Za-z_\d])\d{1,3}(?:,\d{3})+(?!\d)|(?<![A-Za-z_\d.])\d+|(?<![\w.])(?=\.\d))(?:\.\d+)?(?:/\d+(?![\d/]|\.\d))?(?:\s(?:thousand|million|billion)\b)?";

    [GeneratedRegex(@"\G" + Signed)]
    private static partial Regex NumberHere();

    [GeneratedRegex(Signed)]
    private static partial Regex Number();

    [GeneratedRegex(@"\G(?:st|nd|rd|th)\b")]
    private static partial Regex Ordinal();

    [GeneratedRegex(@"\G(?:(?:approximately|about|exactly|equal to|a total of|only|just|around|roughly|the number|number|simply|now|(?:USD|EUR|Rs\.?|€|£|¥))\s*[*$]*)*", RegexOptions.IgnoreCase)]
    private static partial Regex LeadIn();

    [GeneratedRegex(@"\G\s*(?:[+*/^×÷](?!\*)|\\(?:times|cdot|div)|[-−]\s?\d|\s(?:times|plus|minus|divided by)\b)")]
    private static partial Regex Operator();

    [GeneratedRegex(@"[.!?](?=\s|$)|\n")]
    private static partial Regex EndOfSentence();

    [GeneratedRegex(@"\*\*([^*\n]{1,80})\*\*")]
    private static partial Regex Bold();

    [GeneratedRegex(@"\\[dtc]?frac(?:\s*\{([^{}]*)\}\s*\{([^{}]*)\}|\s?(\d)(\d))")]
    private static partial Regex Fraction();

    [GeneratedRegex(@"\G(?:[-−]?\\[dtc]?frac\s*\{[^{}]{1,40}\}\s*\{[^{}]{1,40}\}|[A-Za-z]{3,9}\b)")]
    private static partial Regex FractionOrWord();

    [GeneratedRegex(@"(?<=\d)(?:\{,\}|\\[,!]|,\\!|[\u00A0\u2009\u202F])(?=\d{3})|(?<=^\s*[-$]?\d{1,3}(?: \d{3})*) (?=\d{3}(?: \d{3})*\s*$)")]
    private static partial Regex Thousands();

    [GeneratedRegex(@"\s*(?:\\times|\\cdot|×|\*)\s*10\s*\^\s*\{?\s*([-+]?\d{1,3})\s*\}?")]
    private static partial Regex Scientific();

    [GeneratedRegex(@"^[^\d:]*[A-Za-z][^\d:]*:")]
    private static partial Regex LabelColon();

    [GeneratedRegex("""
        ^\s*[(\[]?\s*(?:(?!(?:negative|minus)\s)[A-Za-z][A-Za-z\s'’]{0,40}\s)??
        (?<sign>[-−–‑]|negative\s|minus\s)?\s*(?:US|USD|Rs\.?)?\s*[$€£¥]?\s*(?:(?<sign>[-−])(?=[\d.]))?\+?
        \(?(?<whole>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[-+]?\d{1,3})?|\.\d+)\)?
        (?:\s*/\s*\(?(?<denominator>\d+)\)?|\s+(?:and\s+)?\(?(?<numerator>\d+)\)?\s*/\s*\(?(?<denominator>\d+)\)?|\((?<numerator>\d+)\)/\((?<denominator>\d+)\))?
        (?:\s*(?<scale>thousand|million|billion)\b)?\s*%?\s*[)\]]?(?:\^\{?\\circ\}?|°)?
        (?:\s*(?![xyznkRNXYZ](?:\W|$))[A-Za-z°€£¥$][A-Za-z\s/.'’,²³-]{0,60}(?:\^\{?[23]\}?)?)?(?:\s*\([A-Za-z\s-]{1,40}\))?[\s.]*[)\]]?[\s.]*$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex WholeNumber();
}
