using System.Globalization;
using System.Text;

namespace Calibration.Datasets.Python;

/// <summary>Python's <c>str</c> and <c>bytes</c> as literals: their keys and their <c>repr</c>.</summary>
internal static class PythonText
{
    /// <summary>A <c>str</c> of code points; a surrogate escaped on its own stays one code point, as in Python.</summary>
    public static PythonLiteral String(IReadOnlyList<int> codePoints) =>
        new("s" + KeyOf(codePoints), Quote("", codePoints, IsPrintable), hashable: true);

    /// <summary>A <c>bytes</c>; every element is 0–255.</summary>
    public static PythonLiteral Bytes(IReadOnlyList<int> bytes) =>
        new("b" + KeyOf(bytes), Quote("b", bytes, value => value is >= 0x20 and < 0x7F), hashable: true);

    private static string KeyOf(IReadOnlyList<int> values)
    {
        StringBuilder key = new();
        key.Append(values.Count).Append(':');
        foreach (int value in values) key.Append(value.ToString("x", CultureInfo.InvariantCulture)).Append('.');
        return key.ToString();
    }

    private static string Quote(string prefix, IReadOnlyList<int> values, Func<int, bool> printable)
    {
        char quote = values.Contains('\'') && !values.Contains('"') ? '"' : '\'';
        StringBuilder text = new(prefix);
        text.Append(quote);
        foreach (int value in values)
        {
            if (value == quote || value == '\\') text.Append('\\').Append((char)value);
            else if (printable(value)) text.Append(char.ConvertFromUtf32(value));
            else text.Append(Escape(value));
        }

        return text.Append(quote).ToString();
    }

    private static string Escape(int value) => value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < 0x100 => "\\x" + value.ToString("x2", CultureInfo.InvariantCulture),
        < 0x10000 => "\\u" + value.ToString("x4", CultureInfo.InvariantCulture),
        _ => "\\U" + value.ToString("x8", CultureInfo.InvariantCulture),
    };

    private static bool IsPrintable(int codePoint)
    {
        if (codePoint is >= 0x20 and < 0x7F) return true;
        if (codePoint is < 0xA1 or (>= 0xD800 and <= 0xDFFF)) return false;
        return CharUnicodeInfo.GetUnicodeCategory(codePoint) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
    }
}
