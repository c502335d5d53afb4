using System.Text;

namespace Calibration.Report.Tables;

/// <summary>Text from outside in a LaTeX table.</summary>
internal static class TexText
{
    /// <summary>The same text, with the characters that LaTeX reads as commands written out.</summary>
    internal static string Escaped(string text) => string.Concat(text.Select(Escaped));

    /// <summary>A text in a box of a width in points, broken between words and after signs; a short text without a box.</summary>
    internal static string Wrapped(string text, int points)
    {
        // 8 pt type is about 4.4 points wide per character.
        if (text.Length * 4.4 <= points)
            return Escaped(text);
        const int LongestPart = 9;
        var broken = new StringBuilder();
        int length = 0;
        foreach (char symbol in text)
        {
            broken.Append(Escaped(symbol));
            length = symbol == ' ' ? 0 : length + 1;
            if (symbol is '-' or '_' or '/' or '.' || length >= LongestPart)
            {
                broken.Append("\\allowbreak{}");
                length = 0;
            }
        }

        return $"\\parbox[t]{{{points}pt}}{{\\raggedright {broken}\\strut}}";
    }

    private static string Escaped(char symbol) => symbol switch
    {
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '_' => "\\_\\allowbreak{}",
        '&' or '%' or '$' or '#' or '{' or '}' => "\\" + symbol,
        'λ' => "$\\lambda$",
        'α' => "$\\alpha$",
        'ℓ' => "$\\ell$",
        '<' => "$<$",
        '≤' => "$\\le$",
        '·' => "$\\cdot$",
        '−' => "$-$",
        '–' => "--",
        '“' => "``",
        '”' => "''",
        '†' => "$\\dagger$",
        '‡' => "$\\ddagger$",
        'φ' => "$\\varphi$",
        'μ' => "$\\mu$",
        '×' => "$\\times$",
        _ => symbol.ToString(),
    };
}
