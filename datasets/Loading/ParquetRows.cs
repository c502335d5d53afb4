using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using Parquet.Serialization;

namespace Calibration.Datasets.Loading;

/// <summary>Rows of a Parquet file as the hub writes them.</summary>
internal static class ParquetRows
{
    public static List<Dictionary<string, object>> Read(string path, byte[] content)
    {
        try
        {
            using MemoryStream stream = new(content);
            // The content is in memory already, so that waiting here blocks on nothing.
            var result = ParquetSerializer.DeserializeUntypedAsync(stream).GetAwaiter().GetResult();
            return [.. result.Data.Select(row => Flatten(row!))];
        }
        catch (Exception error) when (error is NotImplementedException || error.InnerException is NotImplementedException)
        {
            return PagesV2(path, content);
        }
        catch (Exception error) when (error is not (OutOfMemoryException or OperationCanceledException))
        {
            throw new DatasetException($"{path} is not a readable Parquet file ({error.Message}); pull it again.", error);
        }
    }

    private static List<Dictionary<string, object>> PagesV2(string path, byte[] content)
    {
        try
        {
            return ParquetTextPages.ReadAsync(content).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is not (OutOfMemoryException or OperationCanceledException))
        {
            throw new DatasetException(
                $"{path} has Parquet data pages v2 that cannot be read ({error.Message}); write it again with data_page_version \"1.0\", "
                    + $"or as JSON Lines.",
                error);
        }
    }

    private static Dictionary<string, object> Flatten(IDictionary<string, object?> row)
    {
        Dictionary<string, object> values = new(StringComparer.Ordinal);
        Add(values, "", row);
        return values;
    }

    private static void Add(Dictionary<string, object> values, string prefix, IDictionary<string, object?> row)
    {
        foreach ((string name, object? value) in row)
        {
            switch (value)
            {
                case null:
                    break;
                case string text:
                    values[prefix + name] = text;
                    break;
                case IDictionary<string, object?> inner:
                    Add(values, prefix + name + ".", inner);
                    break;
                case IEnumerable items:
                    values[prefix + name] = items.Cast<object?>().Select(Scalar).ToImmutableArray();
                    break;
                default:
                    values[prefix + name] = Scalar(value);
                    break;
            }
        }
    }

    private static string Scalar(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
