using System.Globalization;

namespace Calibration.Calibrate.Settings;

/// <summary>Names of run folders.</summary>
internal static class RunId
{
    /// <summary>The id of a run that starts now.</summary>
    internal static string New(DateTime utc, string model) => FormattableString.Invariant($"{utc:yyyyMMdd-HHmmss}-{Slug(model)}");

    /// <summary>A name as part of an id: small letters, digits, dots and dashes only.</summary>
    internal static string Slug(string name) => string.Concat(name.ToLower(CultureInfo.InvariantCulture)
        .Select(symbol => char.IsAsciiLetterOrDigit(symbol) || symbol == '.' ? symbol : '-')).Trim('-', '.');
}
