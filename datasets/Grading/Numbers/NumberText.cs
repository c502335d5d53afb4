using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading.Numbers;

/// <summary>Writes an answer's LaTeX, Markdown and Unicode numbers as plain ones: <c>7{,}300</c> as 7,300, <c>\frac12</c> as 1/2, <c>3
/// \times 10^4</c> as 3e4.</summary>
internal static partial class NumberText
{
    /// <summary>The plain text. What is left of a command, such as <c>\sqrt</c>, keeps its backslash, so that no number is read around
    /// it.</summary>
    public static string Plain(string text)
    {
        string plain = Factorial().Replace(text, " factorial ");
        plain = Thousands().Replace(plain, ",");
        plain = MiddlePoint().Replace(plain, ".");
        plain = UnitFraction().Replace(plain, " $1/$2");
        for (int i = 0; i < 2; i++) plain = Fraction().Replace(plain, FractionText);
        plain = VulgarFractions(plain);
        plain = Modulus().Replace(plain, " ");
        plain = Symbols(plain);
        plain = Degrees().Replace(plain, "°");
        plain = Scientific().Replace(plain, match => "e" + Digits(match.Groups["power"].Value));
        plain = PlainText.WithoutGroups(plain);
        plain = Underline().Replace(plain, " ");
        return Star().Replace(plain, "").Trim();
    }

    private static string FractionText(Match match)
    {
        string over = match.Groups["over"].Value.Trim(), under = match.Groups["under"].Value.Trim();
        if (!Simple().IsMatch(over) || !Simple().IsMatch(under)) return @"\ratio ";
        bool negative = over.StartsWith('-') || over.StartsWith('−');
        string ratio = over.TrimStart('-', '−') + "/" + under;
        return match.Groups["whole"].Success ? " " + ratio : negative ? "-" + ratio : ratio;
    }

    private static string VulgarFractions(string text)
    {
        string plain = text.Replace('⁄', '/');
        foreach ((string sign, string ratio) in VulgarSigns) plain = plain.Replace(sign, " " + ratio, StringComparison.Ordinal);
        return plain;
    }

    private static string Symbols(string text)
    {
        string plain = text;
        foreach ((string command, string symbol) in Commands) plain = plain.Replace(command, symbol, StringComparison.Ordinal);
        return plain;
    }

    private static string Digits(string power) =>
        string.Concat(power.Select(Digit));

    private static char Digit(char c) => "⁰¹²³⁴⁵⁶⁷⁸⁹".IndexOf(c, StringComparison.Ordinal) switch
    {
        >= 0 and var digit => (char)('0' + digit),
        _ => c is '⁻' or '−' ? '-' : c,
    };

    private static readonly (string Sign, string Ratio)[] VulgarSigns =
    [
        ("½", "1/2"), ("⅓", "1/3"), ("⅔", "2/3"), ("¼", "1/4"), ("¾", "3/4"), ("⅕", "1/5"), ("⅖", "2/5"),
        ("⅗", "3/5"), ("⅘", "4/5"),
        ("⅙", "1/6"), ("⅚", "5/6"), ("⅛", "1/8"), ("⅜", "3/8"), ("⅝", "5/8"), ("⅞", "7/8"),
    ];

    private static readonly (string Command, string Symbol)[] Commands =
    [
        (@"\textdollar", "$"), (@"\pounds", "£"), (@"\textsterling", "£"), (@"\euro", "€"), (@"\texteuro", "€"), (@"\yen", "¥"),
        (@"\textcent", "¢"), (@"\cents", "¢"), (@"\cent", "¢"),
        (@"\percent", "%"), (@"\approx", "≈"), (@"\simeq", "≈"), (@"\doteq", "≈"), (@"\sim", "≈"), (@"\equiv", "="),
        (@"\textdegree", "°"), (@"\degree", "°"),
        (@"\mathord{,}", ","), (@"\textminus", "-"), (@"\ldots", "…"), (@"\dots", "…"), (@"\cdots", "…"),
        ("...", "…"), (@"\leq", "≤"), (@"\geq", "≥"), (@"\le ", "≤ "), (@"\ge ", "≥ "),
    ];

    // "5!" is 120 where it stands in mathematics: "$5!$", "5!}"; "5! + 1". In prose "!" is only a mark.
    [GeneratedRegex(@"(?<=[\d)])\s?!(?=\s*(?:\$|\\[)\]]|\}|[+*/=^-]))")]
    private static partial Regex Factorial();

    // "7{,}300", "7\,300", "12~345", "12\text{,}345", "12 345" with a hard or thin blank, "12'345"
    [GeneratedRegex(
        @"(?<=\d)\s?(?:\{\s?[,\s]\s?\}|\\text\{\s?[,\s]\s?\}|\\mathord\{,\}|\\[,;:!]|,\\[!,;]|\\\s|\\(?:thinspace|medspace"
            + @"|enspace)\s?|\{\\[,;:!]\}|~|['’]|[\u00A0\u2009\u202F\u2007\u2006\u2005\u2008])\s?(?=\d{3}(?!\d))")]
    private static partial Regex Thousands();

    // "1{.}5"
    [GeneratedRegex(@"(?<=\d)\{\.\}(?=\d)")]
    private static partial Regex MiddlePoint();

    // "\frac{1}{2}", "\dfrac12", "2\tfrac{1}{2}"
    [GeneratedRegex(
        @"(?<whole>(?<=\d\s?))?\\[dtcx]?(?:frac|nicefrac|sfrac)(?:\s*\{(?<over>[^{}]*)\}\s*\{(?<under>[^{}]*)\}"
            + @"|\s?(?<over>\d)\s?(?<under>\d)|\s?(?<over>\d)\s?\{(?<under>[^{}]*)\})")]
    private static partial Regex Fraction();

    // "42\frac{\text{km}}{\text{h}}"
    [GeneratedRegex(
        @"\\[dt]?frac\s*\{\s*\\(?:text|mathrm|rm)\s?\{([A-Za-z\s.]+)\}\s*\}\s*\{\s*\\(?:text|mathrm"
            + @"|rm)\s?\{([A-Za-z\s.]+)\}\s*\}")]
    private static partial Regex UnitFraction();

    [GeneratedRegex(@"^[-−]?\d[\d,.]*$")]
    private static partial Regex Simple();

    // "42 \pmod{1000}", "42 (mod 1000)", "42 \bmod 1000", "42 mod 1000"
    [GeneratedRegex(
        @"(?<=\d\s*)(?:\\[bp]?mod\s*(?:\{[^{}]*\}|\d+)|\\?\(\s*\\?(?:text\{)?mod(?:ulo)?\s*\}?\s*\d+\s*\\?\)"
            + @"|\bmod(?:ulo)?\s+\d+)")]
    private static partial Regex Modulus();

    // "42^\circ", "42^{\circ}"
    [GeneratedRegex(@"\^\s?\{?\s?\\circ\s?\}?")]
    private static partial Regex Degrees();

    // "3 \times 10^4", "3 \cdot 10^{4}", "3×10⁴", "3 * 10**4"
    [GeneratedRegex(
        @"(?<=\d)\s*(?:\\times|\\cdot|[×·*xX])\s*10\s*(?:(?:\^|\*\*)\s*\{?\s*(?<power>[-−+]?\d{1,3})\s*\}?"
            + @"|(?<power>[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))(?!\d)")]
    private static partial Regex Scientific();

    // "__18__", "_18_"
    [GeneratedRegex(@"(?<!\w)_{1,2}(?=[^\s_])|(?<=[^\s_])_{1,2}(?!\w)")]
    private static partial Regex Underline();

    // "*18*"
    [GeneratedRegex(@"(?<![\w)\s])\*(?=\S)|(?<=\S)\*(?![\w(\s*])|(?<=\s|^)\*(?=\w[^*]*\*)")]
    private static partial Regex Star();
}
