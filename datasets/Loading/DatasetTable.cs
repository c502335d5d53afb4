using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Calibration.Datasets.Loading;

/// <summary>
/// A benchmark's file, read completely: its columns, rows and SHA-256. Nested JSON and Parquet fields are named <c>outer.inner</c>.
/// </summary>
internal sealed record DatasetTable(string Path, DatasetFile File, ImmutableArray<string> Columns, ImmutableArray<DatasetRow> Rows)
{
    /// <summary>Reads a <c>.jsonl</c>, <c>.json</c>, <c>.csv</c> or <c>.parquet</c> file.</summary>
    /// <param name="root">Directory that the reported path is relative to.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="DatasetException">The file cannot be read or is malformed.</exception>
    public static DatasetTable Read(string root, string path)
    {
        byte[] content = Content(path);
        if (!path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase)) Utf8Text.Check(path, content);
        List<Dictionary<string, object>> rows = System.IO.Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jsonl" => JsonRows.Lines(path, content),
            ".json" => JsonRows.Examples(path, content),
            ".csv" => CsvRows.Read(path, content),
            ".parquet" => ParquetRows.Read(path, content),
            _ => throw new DatasetException($"{path} has an unknown format; .jsonl, .json, .csv or .parquet was expected."),
        };
        if (rows.Count == 0) throw new DatasetException($"{path} has no rows; pull it again or name another file.");
        string relative = System.IO.Path.GetRelativePath(root, path).Replace('\\', '/');
        return new(
            path,
            new DatasetFile(relative, Convert.ToHexStringLower(SHA256.HashData(content))),
            [.. rows[0].Keys],
            [.. rows.Select((values, row) => new DatasetRow(path, row, values))]);
    }

    /// <summary>Whether all of the columns are there.</summary>
    public bool Has(IEnumerable<string> columns) => columns.All(column => Columns.Contains(column));

    private static byte[] Content(string path)
    {
        try
        {
            return System.IO.File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"{path} cannot be read: {error.Message}", error);
        }
    }
}
