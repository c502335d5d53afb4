using Parquet;
using Parquet.Schema;

namespace Calibration.Results.Parquet;

/// <summary>A column of a table: how a row's value is written, and how it is read back.</summary>
internal abstract class ParquetColumn<TRow>(string name, Func<Field> newField)
{
    internal string Name { get; } = name;

    /// <summary>A field of its own for each schema: a schema writes levels into its fields, and two may be made at once.</summary>
    internal Field NewField() => newField();

    internal abstract Task WriteAsync(ParquetRowGroupWriter group, DataField leaf, IReadOnlyList<TRow> rows);

    internal abstract Task<Array> ReadAsync(ParquetRowGroupReader group, DataField leaf);
}

/// <summary>
/// A Parquet file of rows, written atomically. A row group is what is held in memory, here and by who reads it, so a group is
/// bounded by what its rows take there and not only by their number.
/// </summary>
internal sealed class ParquetTable<TRow>(IReadOnlyList<ParquetColumn<TRow>> columns, Func<ColumnValues, int, TRow> read, Func<TRow, long> bytesOf)
{
    private const int GroupRows = 100_000;
    private const long GroupBytes = 8 << 20;

    private static readonly ParquetOptions Options = new()
    {
        CompressionMethod = CompressionMethod.Zstd,
        CompressionLevel = System.IO.Compression.CompressionLevel.Fastest,
    };

    internal Task WriteAsync(string path, IAsyncEnumerable<TRow> rows, IReadOnlyDictionary<string, string> metadata) =>
        AtomicFile.WriteAsync(path, async stream =>
        {
            var schema = new ParquetSchema(columns.Select(column => column.NewField()).ToArray());
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, Options);
            writer.CustomMetadata = new Dictionary<string, string>(metadata);
            var group = new List<TRow>();
            long bytes = 0;
            bool any = false;
            await foreach (TRow row in rows)
            {
                if (group.Count == GroupRows || (group.Count > 0 && bytes + bytesOf(row) > GroupBytes))
                {
                    await WriteGroupAsync(writer, schema, group);
                    group.Clear();
                    bytes = 0;
                    any = true;
                }

                group.Add(row);
                bytes += bytesOf(row);
            }

            if (group.Count > 0 || !any)
                await WriteGroupAsync(writer, schema, group);
        });

    /// <exception cref="InvalidDataException">The file is damaged, or another version's.</exception>
    internal async IAsyncEnumerable<TRow> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        await using ParquetReader reader = await GuardedAsync(path, () => ParquetReader.CreateAsync(file));
        for (int index = 0; index < reader.RowGroupCount; index++)
        {
            (ColumnValues values, long rows) = await GuardedAsync(path, () => ReadColumnsAsync(reader, index, path));
            for (int row = 0; row < rows; row++)
                yield return RowOf(values, row, path);
        }
    }

    private async Task<(ColumnValues Values, long Rows)> ReadColumnsAsync(ParquetReader reader, int index, string path)
    {
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(index);
        var values = new ColumnValues();
        foreach (ParquetColumn<TRow> column in columns)
            values.Add(column.Name, await column.ReadAsync(group, LeafOf(reader.Schema, column, path)));
        return (values, group.RowCount);
    }

    private TRow RowOf(ColumnValues values, int row, string path)
    {
        try
        {
            return read(values, row);
        }
        catch (Exception fault) when (fault is InvalidDataException or InvalidCastException or IndexOutOfRangeException)
        {
            throw Damaged(path, fault);
        }
    }

    private static async Task<T> GuardedAsync<T>(string path, Func<Task<T>> readAsync)
    {
        try
        {
            return await readAsync();
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or OutOfMemoryException) && !fault.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw Damaged(path, fault);
        }
    }

    /// <summary>What the reader throws on damaged bytes is of any kind, and says nothing of the file.</summary>
    private static InvalidDataException Damaged(string path, Exception fault) => new(
        $"{path} is damaged, or no Parquet file of this version ({fault.Message.ReplaceLineEndings(" ").TrimEnd('.')}): put a copy of it back, or measure in a new run.", fault);

    private async Task WriteGroupAsync(ParquetWriter writer, ParquetSchema schema, IReadOnlyList<TRow> rows)
    {
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        foreach (ParquetColumn<TRow> column in columns)
            await column.WriteAsync(group, LeafOf(schema, column, "the new file"), rows);
    }

    private static DataField LeafOf(ParquetSchema schema, ParquetColumn<TRow> column, string path) =>
        schema.DataFields.FirstOrDefault(field => field.Path.FirstPart == column.Name)
        ?? throw new InvalidDataException(
            $"{path} has no column {column.Name}: it was not written by this version; see docs/schema.md.");
}

/// <summary>The columns of one row group, by name.</summary>
internal sealed class ColumnValues
{
    private readonly Dictionary<string, Array> _columns = [];

    internal void Add(string name, Array values) => _columns.Add(name, values);

    internal T At<T>(string name, int row) => ((T[])_columns[name])[row];

    internal T Enum<T>(string name, int row)
        where T : struct, Enum => EnumNames<T>.Parse(At<string>(name, row));
}

/// <summary>Enum members as they stand in files, the same in Parquet as in JSON.</summary>
internal static class EnumNames<T>
    where T : struct, Enum
{
    private static readonly Dictionary<T, string> Names = Enum.GetValues<T>().ToDictionary(
        value => value, value => System.Text.Json.JsonSerializer.SerializeToElement(value, ResultsJson.Line).GetString()!);

    private static readonly Dictionary<string, T> Values = Names.ToDictionary(pair => pair.Value, pair => pair.Key);

    internal static string Of(T value) => Names[value];

    internal static T Parse(string name) => Values.TryGetValue(name, out T value)
        ? value
        : throw new InvalidDataException($"\"{name}\" is not one of {string.Join(", ", Values.Keys)}.");
}
