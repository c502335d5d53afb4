using System.Globalization;
using System.Numerics;

namespace Calibration.Datasets.Python;

/// <summary>A number under construction: an integer or a float, with or without an imaginary part.</summary>
internal readonly record struct PythonSum(BigInteger? Integer, double Real, double Imaginary, bool IsComplex)
{
    public static PythonSum Of(PythonNumberToken token) => token.Imaginary
        ? new(null, 0, token.Value, true)
        : new(token.Integer, token.Value, 0, false);

    public PythonSum Negated() => new(-Integer, -Real, -Imaginary, IsComplex);

    /// <summary>Adds or subtracts an imaginary number; null where the integer is beyond a float's range, as Python then raises.</summary>
    public PythonSum? With(PythonSum imaginary, bool minus)
    {
        double real = Integer is { } whole ? (double)whole : Real;
        if (Integer is not null && double.IsInfinity(real)) return null;
        return new(null, real, minus ? -imaginary.Imaginary : imaginary.Imaginary, true);
    }

    public PythonLiteral ToLiteral()
    {
        if (IsComplex) return new(PythonNumber.Key(PythonNumber.Key(Real), Imaginary), ComplexRepr(), hashable: true);
        return Integer is { } whole
            ? new(PythonNumber.Key(whole), whole.ToString(CultureInfo.InvariantCulture), hashable: true)
            : new(PythonNumber.Key(Real), PythonNumber.Repr(Real), hashable: true);
    }

    private string ComplexRepr()
    {
        string imaginary = Part(Imaginary);
        if (Real == 0 && !double.IsNegative(Real)) return imaginary + "j";
        string sign = double.IsNegative(Imaginary) ? "" : "+";
        return $"({Part(Real)}{sign}{imaginary}j)";
    }

    private static string Part(double value)
    {
        string text = PythonNumber.Repr(value);
        return text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;
    }
}
