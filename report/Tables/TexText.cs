namespace Calibration.Report.Tables;

/// <summary>Text from outside in a LaTeX table.</summary>
internal static class TexText
{
    /// <summary>The same text, with the characters that LaTeX reads as commands written out.</summary>
    internal static string Escaped(string text) => string.Concat(text.Select(symbol => symbol switch
    {
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '&' or '%' or '$' or '#' or '_' or '{' or '}' => "\\" + symbol,
        'λ' => "$\\lambda$",
        'α' => "$\\alpha$",
        'ℓ' => "$\\ell$",
        '≤' => "$\\le$",
        _ => symbol.ToString(),
    }));
}
