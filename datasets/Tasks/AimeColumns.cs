using Calibration.Datasets.Loading;

namespace Calibration.Datasets.Tasks;

/// <summary>The names that a file of AIME gives to its columns; small and capital letters are alike.</summary>
/// <param name="Question">Named <c>question</c> or <c>problem</c>.</param>
/// <param name="Answer">Named <c>answer</c>.</param>
/// <param name="Id">Named <c>id</c>; null where the file has none.</param>
/// <param name="Year">Named <c>year</c>; null where the file has none.</param>
/// <param name="Source">Named <c>url</c>; null where the file has none.</param>
internal sealed record AimeColumns(string Question, string Answer, string? Id, string? Year, string? Source)
{
    /// <summary>The columns of a table; null where it is no table of AIME.</summary>
    public static AimeColumns? Of(DatasetTable table)
    {
        return (Named("question") ?? Named("problem"), Named("answer")) is ({ } question, { } answer)
            ? new(question, answer, Named("id"), Named("year"), Named("url"))
            : null;

        string? Named(string name) =>
            table.Columns.FirstOrDefault(column => string.Equals(column, name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The trimmed text of a column that a file may lack; empty where it, or this row's value, is absent.</summary>
    public static string Optional(DatasetRow row, string? column) =>
        column is not null && row.Values.GetValueOrDefault(column) is string text ? text.Trim() : "";
}
