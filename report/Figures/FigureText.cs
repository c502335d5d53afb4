using System.Globalization;

namespace Calibration.Report.Figures;

/// <summary>Numbers and words that several figures share.</summary>
internal static class FigureText
{
    internal const string Budgets = "Thinking tokens ℓ";

    internal static string Cell(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    /// <summary>One number, or the smallest and the largest of several.</summary>
    internal static string Range(IEnumerable<double> values)
    {
        double[] all = [.. values];
        if (all.Length == 0)
            return "no";
        (double low, double high) = (all.Min(), all.Max());
        return low == high ? Drawing.Scale.Written(low) : $"{Drawing.Scale.Written(low)} to {Drawing.Scale.Written(high)}";
    }

    internal static string Plural(double count, string one) =>
        $"{Drawing.Scale.Written(count)} {one}{(count == 1 ? "" : "s")}";
}
