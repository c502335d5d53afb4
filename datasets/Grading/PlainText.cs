using System.Text.RegularExpressions;

namespace Calibration.Datasets;

/// <summary>Takes LaTeX and Markdown dress off an answer.</summary>
internal static partial class PlainText
{
    /// <summary>Characters that may stand around an answer: emphasis, mathematics, quotes, brackets.</summary>
    public const string Dress = " \t\r\n*_`$\"'“”‘’()[]{}:";

    /// <summary>An answer without LaTeX commands for text, spacing and delimiters.</summary>
    public static string WithoutLatex(string text)
    {
        string plain = TextCommand().Replace(text, " $1 ");
        plain = Spacing().Replace(plain, " ");
        plain = Delimiter().Replace(plain, "");
        return Escaped().Replace(plain, "$1").Trim();
    }

    /// <summary>The last line that is not blank; empty where there is none.</summary>
    public static (int Start, string Line) LastLine(string text) => LastLine(text, text.Length);

    /// <summary>The last line that is not blank before a position.</summary>
    public static (int Start, string Line) LastLine(string text, int limit)
    {
        int end = text.AsSpan(0, limit).TrimEnd().Length;
        int start = end == 0 ? 0 : text.LastIndexOf('\n', end - 1) + 1;
        return (start, text[start..end]);
    }

    /// <summary>Skips dress, and words such as "option", from a position.</summary>
    public static int SkipDress(string text, int position, string dress = Dress)
    {
        while (position < text.Length && (dress.Contains(text[position]) || Delimits(text, position)))
            position += text[position] == '\\' ? 2 : 1;
        return Math.Min(position, text.Length);
    }

    private static bool Delimits(string text, int position) =>
        text[position] == '\\' && position + 1 < text.Length && text[position + 1] is '(' or '[' or ')' or ']' or '$';

    [GeneratedRegex(@"\\(?:text|textbf|textit|textrm|texttt|mathrm|mathbf|mathit|mathtt|mbox|operatorname|emph|bf|rm)\s?\{([^{}]*)\}")]
    private static partial Regex TextCommand();

    [GeneratedRegex(@"\\(?:[,;:! ]|quad|qquad|displaystyle|left|right|big|Big)(?![a-zA-Z])|~")]
    private static partial Regex Spacing();

    [GeneratedRegex(@"\\[()\[\]]|(?<!\\)\$|\*\*|`")]
    private static partial Regex Delimiter();

    [GeneratedRegex(@"\\([{}$%&#_])")]
    private static partial Regex Escaped();
}
