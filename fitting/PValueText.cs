using System.Globalization;

namespace Calibration.Fitting;

/// <summary>A p-value in words, as papers write it.</summary>
public static class PValueText
{
    /// <summary>Below this value only the bound is said.</summary>
    private const double Smallest = 0.001;

    /// <summary><c>p = 0.012</c>, or <c>p &lt; 0.001</c>.</summary>
    /// <param name="p">The p-value, from 0 to 1.</param>
    public static string Of(double? p) => p < Smallest ? $"p {Cell(p)}" : $"p = {Cell(p)}";

    /// <summary>For a column of p-values: <c>0.012</c>, or <c>&lt; 0.001</c>.</summary>
    /// <param name="p">The p-value, from 0 to 1.</param>
    public static string Cell(double? p) => p < Smallest
        ? string.Create(CultureInfo.InvariantCulture, $"< {Smallest}")
        : string.Create(CultureInfo.InvariantCulture, $"{p:0.000}");
}
