using System.Globalization;
using System.Numerics;

namespace Calibration.Datasets.Python;

/// <summary>
/// The exact value of a Python number as text that is equal exactly where Python's numbers are equal:
/// <c>True</c>, <c>1</c>, <c>1.0</c> and <c>1+0j</c> share one key, and a big integer never equals its nearest float.
/// </summary>
internal static class PythonNumber
{
    /// <summary>Key of an integer: odd mantissa and power of two, as for floats.</summary>
    public static string Key(BigInteger value) => Dyadic(value, 0);

    /// <summary>Key of a float; both zeros are equal, and so is each infinity to itself.</summary>
    public static string Key(double value)
    {
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long fraction = bits & 0xFFFFFFFFFFFFF;
        long mantissa = exponent == 0 ? fraction : fraction | (1L << 52);
        return Dyadic(bits < 0 ? -mantissa : mantissa, Math.Max(exponent, 1) - 1075);
    }

    /// <summary>Key of a complex number; without an imaginary part it is its real part's.</summary>
    public static string Key(string realKey, double imaginary) =>
        imaginary == 0 ? realKey : $"{realKey}+{Key(imaginary)}j";

    /// <summary>
    /// A float as Python's <c>repr</c> writes it: the shortest digits that round-trip, with an exponent from 1e16 and below 1e-4.
    /// </summary>
    public static string Repr(double value)
    {
        if (double.IsInfinity(value)) return value > 0 ? "inf" : "-inf";
        string sign = double.IsNegative(value) ? "-" : "";
        if (value == 0) return sign + "0.0";
        (string digits, int exponent) = Scientific(Math.Abs(value));
        return sign + (exponent is < -4 or >= 16 ? Exponential(digits, exponent) : Fixed(digits, exponent));
    }

    private static string Exponential(string digits, int exponent)
    {
        string mantissa = digits.Length > 1 ? digits[..1] + "." + digits[1..] : digits;
        return mantissa + exponent.ToString("'e'+00;'e'-00", CultureInfo.InvariantCulture);
    }

    private static string Fixed(string digits, int exponent)
    {
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        string padded = digits.PadRight(exponent + 2, '0');
        return padded[..(exponent + 1)] + "." + padded[(exponent + 1)..];
    }

    // .NET's "R" gives the same shortest digits as Python, in a layout of its own.
    private static (string Digits, int Exponent) Scientific(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        int mark = text.IndexOf('E', StringComparison.Ordinal);
        int exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = mark < 0 ? text : text[..mark];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int leadingZeros = digits.Length - digits.TrimStart('0').Length;
        exponent += (point < 0 ? mantissa.Length : point) - leadingZeros - 1;
        return (digits.Trim('0'), exponent);
    }

    private static string Dyadic(BigInteger mantissa, int exponent)
    {
        if (mantissa.IsZero) return "0";
        int twos = (int)BigInteger.TrailingZeroCount(mantissa);
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa >> twos:X}p{exponent + twos}");
    }
}
