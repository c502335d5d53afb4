using System.Globalization;
using System.Text.RegularExpressions;
using Calibration.Datasets.Loading;

namespace Calibration.Datasets.Tasks;

/// <summary>The contest that a problem is from, as far as its file says it.</summary>
/// <param name="Year">The year; null where it is not known.</param>
/// <param name="Place">Year, part and number in one form, such as <c>2024-II-4</c>; null where they are not known.</param>
internal sealed partial record AimeContest(int? Year, string? Place)
{
    /// <summary>
    /// Reads a row's year from its column <c>year</c>, its id, its <c>url</c> or the file's name, in this order, and its place from id or
    /// <c>url</c>.
    /// </summary>
    public static AimeContest Of(DatasetTable table, AimeColumns columns, DatasetRow row)
    {
        string id = AimeColumns.Optional(row, columns.Id), source = AimeColumns.Optional(row, columns.Source);
        Match place = PlaceOf().Match(id) is { Success: true } inId ? inId : PlaceOf().Match(source);
        int? year = YearIn(AimeColumns.Optional(row, columns.Year)) ?? YearIn(id) ?? YearIn(source)
            ?? YearIn(Path.GetFileNameWithoutExtension(table.Path));
        return new(year, place.Success ? $"{place.Groups["year"]}-{place.Groups["part"]}-{place.Groups["number"]}" : null);
    }

    /// <summary>The one year that a text names: <c>2024</c> with four digits, or <c>aime24</c>.</summary>
    private static int? YearIn(string text)
    {
        int[] years =
        [
            .. FourDigits().Matches(text).Select(found => int.Parse(found.Value, CultureInfo.InvariantCulture)),
            .. TwoDigits().Matches(text).Select(found => 2000 + int.Parse(found.Groups["year"].Value, CultureInfo.InvariantCulture)),
        ];
        return years.Distinct().ToArray() is [var only] ? only : null;
    }

    [GeneratedRegex("(?<![0-9])[1-9][0-9]{3}(?![0-9])")]
    private static partial Regex FourDigits();

    [GeneratedRegex("aime[-_ ]?(?<year>[0-9]{2})(?![0-9])", RegexOptions.IgnoreCase)]
    private static partial Regex TwoDigits();

    [GeneratedRegex(
        "(?<![0-9])(?<year>[0-9]{4})[-_ ](?:AIME[-_ ])?(?:(?<part>I{1,2})[-_ ])?(?:Problems[-_ /]Problem[-_ ])?"
            + "(?<number>[1-9][0-9]?)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex PlaceOf();
}
