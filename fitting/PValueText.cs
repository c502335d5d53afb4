using System.Globalization;

namespace Calibration.Fitting;

/// <summary>A p-value in words, as papers write it.</summary>
internal static class PValueText
{
    /// <summary>Below this value only the bound is said.</summary>
    private const double Smallest = 0.001;

    /// <summary><c>p = 0.012</c>, or <c>p &lt; 0.001</c>.</summary>
    internal static string Of(double? p) => p < Smallest
        ? string.Create(CultureInfo.InvariantCulture, $"p < {Smallest}")
        : string.Create(CultureInfo.InvariantCulture, $"p = {p:0.000}");
}
