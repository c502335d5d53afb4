using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Calibration.Results.Json;
using Parquet;
using Parquet.Schema;

namespace Calibration.Results.Parquet;

/// <summary>
/// A Parquet file of rows, written atomically. A row group is what is kept in memory, here and by who reads it, so a group is
/// bounded by what its rows take there and not only by their number.
/// </summary>
/// <param name="contentBytes">Bytes of a row's texts and lists in memory.</param>
internal sealed class ParquetTable<TRow>(Func<TRow, long> contentBytes)
    where TRow : class
{
    /// <summary>Bytes of a row's numbers, names and objects, about.</summary>
    private const int FixedBytes = 400;

    private const int GroupRows = 100_000;
    private const long GroupBytes = 8 << 20;

    private static readonly ImmutableArray<ParquetColumn<TRow>> Columns = ParquetColumn<TRow>.All();

    private static readonly ParquetOptions Options = new()
    {
        CompressionMethod = CompressionMethod.Zstd,
        CompressionLevel = System.IO.Compression.CompressionLevel.Fastest,
    };

    internal Task WriteAsync(string path, IAsyncEnumerable<TRow> rows, IReadOnlyDictionary<string, string> metadata) =>
        AtomicFile.WriteAsync(path, async stream =>
        {
            var schema = new ParquetSchema(Columns.Select(column => column.NewField()).ToArray());
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, Options);
            writer.CustomMetadata = new Dictionary<string, string>(metadata);
            var group = new List<TRow>();
            long bytes = 0;
            bool any = false;
            await foreach (TRow row in rows)
            {
                if (group.Count == GroupRows || (group.Count > 0 && bytes + FixedBytes + contentBytes(row) > GroupBytes))
                {
                    await WriteGroupAsync(writer, schema, group);
                    group.Clear();
                    bytes = 0;
                    any = true;
                }

                group.Add(row);
                bytes += FixedBytes + contentBytes(row);
            }

            if (group.Count > 0 || !any)
                await WriteGroupAsync(writer, schema, group);
        });

    /// <exception cref="InvalidDataException">The file is damaged, or another version's.</exception>
    internal static async IAsyncEnumerable<TRow> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        await using ParquetReader reader = await GuardedAsync(path, () => ParquetReader.CreateAsync(file));
        for (int index = 0; index < reader.RowGroupCount; index++)
        {
            (Action<TRow, int>[] setters, long rows) = await GuardedAsync(path, () => ReadColumnsAsync(reader, index, path));
            for (int row = 0; row < rows; row++)
                yield return RowOf(setters, row, path);
        }
    }

    private static async Task<(Action<TRow, int>[] Setters, long Rows)> ReadColumnsAsync(ParquetReader reader, int index, string path)
    {
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(index);
        var setters = new List<Action<TRow, int>>();
        foreach (ParquetColumn<TRow> column in Columns)
            setters.Add(await column.ReadAsync(group, LeafOf(reader.Schema, column, path)));
        return ([.. setters], group.RowCount);
    }

    private static TRow RowOf(Action<TRow, int>[] setters, int index, string path)
    {
        try
        {
            // Every property that is stored has a column, so that no constructor is needed.
            var row = (TRow)RuntimeHelpers.GetUninitializedObject(typeof(TRow));
            foreach (Action<TRow, int> set in setters)
                set(row, index);
            return row;
        }
        catch (Exception fault) when (fault is InvalidDataException or ArgumentOutOfRangeException or IndexOutOfRangeException)
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
        catch (Exception fault) when (fault is not (OperationCanceledException or OutOfMemoryException)
            && !fault.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw Damaged(path, fault);
        }
    }

    /// <summary>What the reader throws on damaged bytes is of any kind, and says nothing of the file.</summary>
    private static InvalidDataException Damaged(string path, Exception fault) => new(
        $"{path} is damaged, or not a Parquet file of this version ({fault.Message.ReplaceLineEndings(" ").TrimEnd('.')}): put a copy of "
            + $"it back, or measure in a new run.", fault);

    private static async Task WriteGroupAsync(ParquetWriter writer, ParquetSchema schema, IReadOnlyList<TRow> rows)
    {
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        foreach (ParquetColumn<TRow> column in Columns)
            await column.WriteAsync(group, LeafOf(schema, column, "the new file"), rows);
    }

    private static DataField LeafOf(ParquetSchema schema, ParquetColumn<TRow> column, string path) =>
        schema.DataFields.FirstOrDefault(field => field.Path.FirstPart == column.Name)
        ?? schema.DataFields.FirstOrDefault(field => field.Path.FirstPart == column.FormerName)
        ?? throw new InvalidDataException(
            $"{path} has no column {column.Name}: it was not written by this version; see docs/schema.md.");
}

/// <summary>Enum members as they stand in files, the same in Parquet as in JSON.</summary>
internal static class EnumNames<T>
    where T : struct, Enum
{
    private static readonly Dictionary<T, string> Names = Enum.GetValues<T>().ToDictionary(
        value => value, value => System.Text.Json.JsonSerializer.SerializeToElement(value, ResultsJson.Line).GetString()!);

    private static readonly Dictionary<string, T> Values = Names.SelectMany(pair => (KeyValuePair<string, T>[])
    [
        KeyValuePair.Create(pair.Value, pair.Key),
        .. typeof(T).GetField(pair.Key.ToString())!.GetCustomAttributes<FormerNameAttribute>()
            .Select(former => KeyValuePair.Create(former.Name, pair.Key)),
    ]).ToDictionary();

    internal static string Of(T value) => Names[value];

    internal static T Parse(string name) => Values.TryGetValue(name, out T value)
        ? value
        : throw new InvalidDataException($"\"{name}\" is not one of {string.Join(", ", Names.Values)}.");
}
