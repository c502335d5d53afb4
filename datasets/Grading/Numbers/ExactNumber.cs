using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Calibration.Datasets.Grading.Numbers;

/// <summary>A rational number without rounding, so that 025, 25 and 25.00 are one number and 1/2 is 0.5.</summary>
internal sealed partial class ExactNumber
{
    // Longer numbers are noise; bounding them keeps every operation fast.
    private const int MaxDigits = 200;
    private const int LargestExponent = 200;

    private readonly BigInteger _numerator;
    private readonly BigInteger _denominator;

    private ExactNumber(BigInteger numerator, BigInteger denominator)
    {
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        this._numerator = numerator / divisor;
        this._denominator = denominator / divisor;
    }

    /// <summary>Reads a plain decimal such as <c>-12.50</c> or <c>1.8e5</c>, without commas; null where it is none.</summary>
    public static ExactNumber? Parse(string text)
    {
        Match match = Decimal().Match(text);
        if (!match.Success || text.Length > MaxDigits) return null;
        int exponent = 0;
        Group power = match.Groups["power"];
        if (power.Success
            && (!int.TryParse(power.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
            || Math.Abs(exponent) > LargestExponent))
            return null;
        string fraction = match.Groups["fraction"].Value;
        BigInteger digits = BigInteger.Parse("0" + match.Groups["whole"].Value + fraction, CultureInfo.InvariantCulture);
        if (match.Groups["sign"].Value == "-") digits = -digits;
        exponent -= fraction.Length;
        BigInteger scale = BigInteger.Pow(10, Math.Abs(exponent));
        return exponent >= 0 ? new(digits * scale, BigInteger.One) : new(digits, scale);
    }

    /// <summary>The sum of two numbers.</summary>
    public ExactNumber Plus(ExactNumber other) =>
        new((_numerator * other._denominator) + (other._numerator * _denominator), _denominator * other._denominator);

    /// <summary>The product with an integer.</summary>
    public ExactNumber Times(int factor) => new(_numerator * factor, _denominator);

    /// <summary>The quotient, or null by zero.</summary>
    public ExactNumber? Over(ExactNumber other) =>
        other._numerator.IsZero ? null : new(_numerator * other._denominator, _denominator * other._numerator);

    /// <summary>The number with the opposite sign.</summary>
    public ExactNumber Negated() => new(-_numerator, _denominator);

    /// <summary>The decimal without trailing zeros where it ends; else the reduced fraction <c>n/d</c>.</summary>
    public override string ToString()
    {
        BigInteger rest = _denominator;
        int twos = Divide(ref rest, 2);
        int fives = Divide(ref rest, 5);
        int places = Math.Max(twos, fives);
        if (!rest.IsOne) return string.Create(CultureInfo.InvariantCulture, $"{_numerator}/{_denominator}");
        BigInteger scaled = BigInteger.Abs(_numerator) * BigInteger.Pow(10, places) / _denominator;
        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        string sign = _numerator.Sign < 0 ? "-" : "";
        return places == 0 ? sign + digits : $"{sign}{digits[..^places]}.{digits[^places..]}";
    }

    private static int Divide(ref BigInteger value, int factor)
    {
        int count = 0;
        while (!value.IsOne && value % factor == 0)
        {
            value /= factor;
            count++;
        }

        return count;
    }

    [GeneratedRegex(@"^(?<sign>[+-]?)(?=\.?[0-9])(?<whole>[0-9]*)(?:\.(?<fraction>[0-9]*))?(?:[eE](?<power>[+-]?[0-9]{1,4}))?$")]
    private static partial Regex Decimal();
}
