using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading.Numbers;

/// <summary>Reads numbers in English words: "eighteen", "twenty-five", "one hundred and five", "three thousand two hundred".</summary>
internal static partial class NumberWords
{
    /// <summary>The words that count, for other patterns.</summary>
    public const string Word = "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
        + "|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion";

    private static readonly ImmutableArray<string> Small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly ImmutableArray<string> Tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    /// <summary>The number whose words begin at a position and where they end; null where none do or they make no number.</summary>
    public static (ExactNumber Value, int End)? At(string text, int position)
    {
        Match match = Words().Match(text, position);
        if (!match.Success || PartOf().IsMatch(text, match.Index + match.Length)) return null;
        long total = 0, group = 0;
        long last = long.MaxValue;
        foreach (Capture capture in match.Groups["word"].Captures)
        {
            string word = capture.Value.ToLowerInvariant();
            long small = Small.IndexOf(word) is >= 0 and var unit ? unit : Tens.IndexOf(word) is >= 0 and var ten ? 20 + (10 * ten) : -1;
            if (small >= 0)
            {
                // "twenty five" is 25; "five six" is no number.
                if (last < 20 || (last < 100 && small >= 10)) return null;
                group += small;
                last = small;
                continue;
            }

            if (word == "hundred")
            {
                group = Math.Max(group, 1) * 100;
                last = 100;
                continue;
            }

            long scale = word switch { "thousand" => 1_000, "million" => 1_000_000, _ => 1_000_000_000 };
            total += Math.Max(group, 1) * scale;
            (group, last) = (0, long.MaxValue);
        }

        ExactNumber? value = ExactNumber.Parse((total + group).ToString(CultureInfo.InvariantCulture));
        if (value is null) return null;
        return (match.Groups["sign"].Success ? value.Negated() : value, match.Index + match.Length);
    }

    // "three quarters"
    [GeneratedRegex(
        @"\G[\s-]*(?:half|halves|thirds?|quarters?|fourths?|fifths?|sixths?|eighths?|tenths?|hundredths?)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex PartOf();

    // "minus twenty-five", "a hundred", "one hundred and five"
    [GeneratedRegex(
        @"\G(?<sign>(?:negative|minus)\s+)?(?:an?\s+(?=hundred|thousand|million|billion))?(?<word>"
            + Word
            + @")\b(?:(?:-|\s+|\s*,\s*|\s+and\s+)(?<word>"
            + Word
            + @")\b){0,9}",
        RegexOptions.IgnoreCase)]
    private static partial Regex Words();
}
