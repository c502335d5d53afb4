using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading;

/// <summary>Takes LaTeX and Markdown dress off an answer.</summary>
internal static partial class PlainText
{
    /// <summary>Characters that may stand around an answer: emphasis, mathematics, quotes, brackets.</summary>
    public const string Dress = " \t\r\n*_`$\"'“”‘’()[]{}:<>|=✅✓☑#";

    // Commands within commands; deeper ones are noise.
    private const int DeepestCommands = 5;

    /// <summary>An answer without LaTeX commands for text, fonts, sizes, colours, spacing and delimiters.</summary>
    public static string WithoutLatex(string text)
    {
        string plain = Hidden().Replace(text, " ");
        for (int i = 0; i < DeepestCommands && TextCommand().IsMatch(plain); i++) plain = TextCommand().Replace(plain, " ${content} ");
        plain = Spacing().Replace(plain, " ");
        plain = Switch().Replace(plain, " ");
        plain = Delimiter().Replace(plain, "");
        return Escaped().Replace(plain, "$1").Trim();
    }

    /// <summary>Besides that, without braces: for answers that hold none.</summary>
    public static string WithoutGroups(string text) =>
        Brace().Replace(WithoutLatex(DoubleGroup().Replace(text, "${content}")), "").Trim();

    /// <summary>The last line that is not blank; empty where there is none.</summary>
    public static (int Start, string Line) LastLine(string text) => LastLine(text, text.Length);

    /// <summary>The last line that is not blank before a position.</summary>
    public static (int Start, string Line) LastLine(string text, int limit)
    {
        int end = text.AsSpan(0, limit).TrimEnd().Length;
        int start = end == 0 ? 0 : text.LastIndexOf('\n', end - 1) + 1;
        return (start, text[start..end]);
    }

    /// <summary>Skips dress from a position.</summary>
    public static int SkipDress(string text, int position, string dress = Dress)
    {
        while (position < text.Length && (dress.Contains(text[position]) || Delimits(text, position)))
            position += text[position] == '\\' ? 2 : 1;
        return Math.Min(position, text.Length);
    }

    private static bool Delimits(string text, int position) =>
        text[position] == '\\' && position + 1 < text.Length && text[position + 1] is '(' or '[' or ')' or ']' or '$';

    [GeneratedRegex(@"[{}]")]
    private static partial Regex Brace();

    // "{{42}}"
    [GeneratedRegex(@"(?<=\{)\s*\{(?<content>[^{}]*)\}\s*(?=\})")]
    private static partial Regex DoubleGroup();

    // "\text{C}", "\mathsf{C}", "\bm{18}", "\textcolor{red}{C}", "\color{red}{C}", "\fbox{C}"
    [GeneratedRegex("""
        \\(?:text(?:bf|it|rm|tt|sf|sc|sl|up|md|normal|color\s?(?:\[\w+\])?\{[^{}]*\})?|math(?:rm|bf|it|tt|sf|bb|cal|frak|scr|normal|strut)?
        |mbox|hbox|[fh]box|boxed|framebox|bbox|operatorname\*?|emph|bm|boldsymbol|pmb|underline|uline|ensuremath|bold|bf|rm|it|sf|tt|cal
        |colou?r\s?\{[^{}]*\}|colorbox\s?\{[^{}]*\}|fcolorbox\s?\{[^{}]*\}\{[^{}]*\}|(?:tiny|small|normalsize|large|Large|LARGE|huge
        |Huge)|underbrace|mathop)
        \s?\{(?<content>[^{}]*)\}
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex TextCommand();

    // "\hspace{1mm}", "\phantom{0}", "\tag{1}", "\color{red} C", "\checkmark"
    [GeneratedRegex(
        @"\\(?:begin|end)\{(?:aligned|array|split|gathered|equation\*?|align\*?)\}(?:\{[clr|]*\})?|\\(?:[hv]space\*?"
            + @"|[hv]?phantom|tag\*?|label|vphantom)\s?\{[^{}]*\}|\\colou?r\s?(?:\[\w*\])?\{[^{}]*\}(?!\s?\{)|\\(?:checkmark"
            + @"|square|blacksquare|qed)(?![a-zA-Z])|[✅✓☑✔]")]
    private static partial Regex Hidden();

    // "\,", "\quad", "\enspace", "~"
    [GeneratedRegex(
        @"\\(?:[,;:! \n]|/|(?:quad|qquad|enspace|enskip|thinspace|medspace|thickspace|negthinspace|hfill|hskip|displaystyle"
            + @"|textstyle|left|right|[bB]igg?[lr]?|limits|nolimits)(?![a-zA-Z]))|~")]
    private static partial Regex Spacing();

    // "\rm C", "\Large 18"
    [GeneratedRegex(
        @"\\(?:rm|bf|it|sf|tt|sc|sl|cal|em|bfseries|itshape|rmfamily|sffamily|ttfamily|boldmath|tiny|scriptsize|footnotesize"
            + @"|small|normalsize|large|Large|LARGE|huge|Huge|centering|mathstrut|noindent)(?![a-zA-Z])")]
    private static partial Regex Switch();

    [GeneratedRegex(@"\\[()\[\]]|(?<!\\)\$|\*\*|`")]
    private static partial Regex Delimiter();

    [GeneratedRegex(@"\\([{}$%&#_])")]
    private static partial Regex Escaped();
}
