using CsvHelper;

namespace Calibration.Datasets.Loading;

/// <summary>Rows of a CSV file with a header line; fields may span lines.</summary>
internal static class CsvRows
{
    private static readonly CsvReaderOptions Strict = new()
    {
        Separator = ',',
        MalformedData = CsvMalformedDataHandling.Throw,
        IncludeValuesInExceptions = false,
    };

    public static List<Dictionary<string, object>> Read(string path, byte[] content)
    {
        List<Dictionary<string, object>> rows = [];
        try
        {
            using CsvReader csv = CsvReader.Create(content, Strict);
            while (csv.Read()) rows.Add(Row(path, rows.Count, csv));
            return rows;
        }
        catch (CsvFormatException error)
        {
            throw new DatasetException($"{path}, row {rows.Count}: not valid CSV ({error.Message}); fix the file, or pull it again.",
            error);
        }
    }

    private static Dictionary<string, object> Row(string path, int number, CsvReader csv)
    {
        if (csv.FieldCount != csv.Headers.Count)
            throw new DatasetException(
                $"{path}, row {number} has {csv.FieldCount} fields; the header's {csv.Headers.Count} were expected. Fix the file, or pull "
                    + $"it again.");
        Dictionary<string, object> values = new(StringComparer.Ordinal);
        for (int i = 0; i < csv.FieldCount; i++) values.TryAdd(csv.Headers[i], csv.GetString(i));
        return values;
    }
}
