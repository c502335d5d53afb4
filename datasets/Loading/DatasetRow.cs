using System.Collections.Immutable;

namespace Calibration.Datasets.Loading;

/// <summary>One row of a benchmark's file; its errors name the file, the row (counted from 0) and the field.</summary>
internal sealed record DatasetRow(string File, int Number, IReadOnlyDictionary<string, object> Values)
{
    /// <summary>The text of a field.</summary>
    /// <exception cref="DatasetException">It is absent or a list.</exception>
    public string Text(string field) => Values.GetValueOrDefault(field) as string
        ?? throw Malformed(field, "is missing; a text was expected");

    /// <summary>The text of a field that must hold something.</summary>
    public string NonEmpty(string field) => Text(field) is { } text && !string.IsNullOrWhiteSpace(text)
        ? text
        : throw Malformed(field, "is empty; a text was expected");

    /// <summary>The texts of a list field.</summary>
    public ImmutableArray<string> List(string field) => Values.GetValueOrDefault(field) is ImmutableArray<string> list
        ? list
        : throw Malformed(field, "is missing; a list of texts was expected");

    /// <summary>The error of a field of this row.</summary>
    public DatasetException Malformed(string field, string complaint) =>
        new($"{File}, row {Number}, field '{field}' {complaint}. Fix the file, or pull it again.");
}
