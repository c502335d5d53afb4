using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading.Numbers;

/// <summary>A number in plain text.</summary>
/// <param name="Value">Its value.</param>
/// <param name="Start">Where it starts, its sign and currency included.</param>
/// <param name="End">Behind its last character, a scale such as "thousand" included.</param>
internal sealed record NumberAt(ExactNumber Value, int Start, int End);

/// <summary>Reads one number in plain text as far as it goes, and decides whether anything attached makes it something else.</summary>
internal static partial class NumberScan
{
    /// <summary>The number in digits or words that begins at a position; null where none does.</summary>
    public static NumberAt? At(string plain, int position)
    {
        Match match = Number().Match(plain, position);
        if (match.Success) return Value(match) is { } value ? new(value, position, match.Index + match.Length) : null;
        return NumberWords.At(plain, position) is { } words ? new(words.Value, position, words.End) : null;
    }

    /// <summary>Whether the number ends where it was read to end: nothing attached makes it a product, a power, a time, a range, a
    /// variable's multiple.</summary>
    public static bool EndsAt(string plain, int end) =>
        !Attached().IsMatch(plain, end) && (!LettersHere().IsMatch(plain, end) || Unit().IsMatch(plain, end));

    private static ExactNumber? Value(Match match)
    {
        if (Plain(match.Groups["whole"].Value + match.Groups["exponent"].Value) is not { } value) return null;
        if (match.Groups["under"].Success)
        {
            if (Plain(match.Groups["under"].Value) is not { } under) return null;
            bool mixed = match.Groups["over"].Success;
            if ((mixed ? Plain(match.Groups["over"].Value) : value)?.Over(under) is not { } ratio) return null;
            value = mixed ? value.Plus(ratio) : ratio;
        }

        value = match.Groups["scale"].Value switch
        {
            "" => value,
            ['h' or 'H', ..] => value.Times(100),
            ['l' or 'L', ..] => value.Times(100_000),
            ['c' or 'C', ..] => value.Times(10_000_000),
            ['k' or 'K'] => value.Times(1_000),
            ['t' or 'T', 'h' or 'H', ..] => value.Times(1_000),
            ['m' or 'M', ..] => value.Times(1_000_000),
            ['b' or 'B', ..] => value.Times(1_000_000_000),
            _ => value.Times(1_000_000_000).Times(1_000),
        };
        return match.Groups["sign"].Captures.Count(sign => sign.Value.Trim() != "+") == 1 ? value.Negated() : value;
    }

    private static ExactNumber? Plain(string digits) =>
        ExactNumber.Parse(digits.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));

    // "-$1,234.50", "2 1/2", "3e4", "1.45 million", "20K"
    [GeneratedRegex("""
        \G(?:(?<sign>[-−–‑]\s?|\+|negative\s+|minus\s+))?(?:(?:(?:US|CA|AU|HK)?[$€£¥₹]|(?:USD|EUR|GBP|CAD|AUD|INR
        |Rs\.?)\s?)\s?(?<sign>[-−])?)?
        \(?(?<whole>\d{1,3}(?:,\d{3})+(?!,?\d)(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}(?!,?\d)|\d{1,3}(?:[ ]\d{3})+(?!\d|[ ]\d)(?:\.\d+)?
        |\d+(?:\.\d+)?|\.\d+)\)?
        (?<exponent>[eE][-+]?\d{1,3}(?![\w.]))?
        (?:(?:\s+(?:and\s+)?|-)(?<over>\d+)\s?/\s?(?<under>\d+)(?![\d/])|\s?/\s?(?<under>\d+(?:\.\d+)?)(?![\d/,]))?
        (?:\s*(?<scale>(?i:hundred|thousand|million|billion|trillion|lakh|crore)s?(?![a-z])|[kK](?![\w²³])|M(?![\w²³])|(?:bn|B)(?!\w)))?
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();

    // "18.5.2", "18,5", "2:30", "18²", "3√2", "5!", "18-20", "18/20/3", "18(2)", "18 < x", "18+", "18…", "18\pi"
    [GeneratedRegex("""
        \G[%°¢€£¥₹]?(?:\.?[.,:'’′]\d|(?<=%)\s?[b-z](?![\w'’])|\s:\s?\d|\s?[\^²³⁴⁵⁶⁷⁸⁹√π∞±×÷·⋅+≤≥≠]|\s?<(?![/a-zA-Z])|\s?[-−–—]\s?(?:\.?[\d$(\\√]|[b-zB-Z](?![\w'’]))
        |\s*/\s*(?:[\d(]|[xyznkabcpqrtuvwij](?![A-Za-z]))|\s?\*\s?[\dA-Za-z(]|\s?\\[A-Za-z]|\(\s?[\dxyznk][^A-Za-z]|[’']['’]
        |\s?_\{?\d|\s+[$€£]?\.?\d|\s?…|\s?factorial|!\s?[\d(=]|\s?[½¼¾]|[\u0660-\u0669])
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Attached();

    // Letters directly behind a number, or one alone behind a blank.
    [GeneratedRegex(@"\G(?:[A-Za-z]|\s[A-Za-z](?![\w'’.]))")]
    private static partial Regex LettersHere();

    // "18kg", "3rd", "18dollars", "18 m", "18 a day"; "18x" and "18 n" are multiples of a variable.
    [GeneratedRegex(
        @"\G(?:(?:st|nd|rd|th|kg|mg|g|cm|mm|km|m|ft|in|lb|lbs|oz|hr|hrs|h|min|mins|sec|secs|s|ml|mL|l|L|mph|kmh|pm|am|yd"
            + @"|yrs?|pts?|cents?|bps|GB|MB|KB|kW|W|V|Hz|Pa|J|C|F)\b|(?!sqrt|log|sin|cos|tan|choose|exp|mod|over)[A-Za-z]{3,}"
            + @"|\s(?:[agmshlLCFtTJVWI]\b))")]
    private static partial Regex Unit();
}
