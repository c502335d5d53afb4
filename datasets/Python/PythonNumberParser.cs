using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Calibration.Datasets.Python;

/// <summary>An unsigned number of a Python source: integer, float or imaginary.</summary>
/// <param name="Integer">Its value where it is an integer; else null.</param>
/// <param name="Value">Its value where it is a float or imaginary.</param>
/// <param name="Imaginary">Whether it ends in <c>j</c>.</param>
internal readonly record struct PythonNumberToken(BigInteger? Integer, double Value, bool Imaginary);

/// <summary>Reads one unsigned Python number token.</summary>
internal static partial class PythonNumberParser
{
    // CPython refuses to convert decimal literals with more digits (sys.int_info.default_max_str_digits).
    private const int MaxDecimalDigits = 4300;

    /// <summary>Reads the number at a position and moves behind it; null where none starts or it is malformed.</summary>
    public static PythonNumberToken? Read(string text, ref int position)
    {
        Match match = Number().Match(text, position);
        if (!match.Success) return null;
        int end = position + match.Length;
        if (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' || text[end] > 0x7F)) return null;
        PythonNumberToken? token = Convert(match.Value.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant());
        if (token is not null) position = end;
        return token;
    }

    private static PythonNumberToken? Convert(string digits)
    {
        if (digits.Length > 1 && digits[0] == '0' && digits[1] is 'x' or 'o' or 'b')
        {
            int bits = digits[1] switch { 'x' => 4, 'o' => 3, _ => 1 };
            BigInteger value = BigInteger.Zero;
            foreach (char c in digits.AsSpan(2))
                value = (value << bits) + int.Parse(c.ToString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return new(value, 0, false);
        }

        bool imaginary = digits.EndsWith('j');
        string number = imaginary ? digits[..^1] : digits;
        if (imaginary || number.AsSpan().ContainsAny('.', 'e'))
            return new(null, double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture), imaginary);
        // 00 is zero; any other decimal integer must not start with 0.
        if (number.Length > MaxDecimalDigits || (number[0] == '0' && number.AsSpan().ContainsAnyExcept('0'))) return null;
        return new(BigInteger.Parse(number, CultureInfo.InvariantCulture), 0, false);
    }

    [GeneratedRegex(@"\G(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?[jJ]?)")]
    private static partial Regex Number();
}
