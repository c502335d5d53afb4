using System.Buffers.Binary;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace Calibration.Datasets.Loading;

/// <summary>
/// Reads text columns, and lists of texts, from data pages v2, which Parquet.Net 6 does not read where a column has repetition levels.
/// Pages are plain or dictionary-encoded, and stored as they are or by Snappy (github.com/apache/parquet-format).
/// </summary>
internal static class ParquetTextPages
{
    private const int DictionaryPage = 2;
    private const int DataPageV2 = 3;
    private const int Plain = 0;

    /// <summary>Reads all rows; a column that is no text raises <see cref="NotSupportedException"/>.</summary>
    public static async Task<List<Dictionary<string, object>>> ReadAsync(byte[] content)
    {
        using MemoryStream stream = new(content);
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream);
        List<Dictionary<string, object>> rows = [];
        foreach (RowGroup group in reader.Metadata!.RowGroups)
        {
            int first = rows.Count;
            for (long i = 0; i < group.NumRows; i++) rows.Add(new(StringComparer.Ordinal));
            foreach (ColumnChunk chunk in group.Columns)
            {
                string path = string.Join('/', chunk.MetaData!.PathInSchema);
                DataField field = reader.Schema.DataFields.First(candidate => candidate.Path.ToString() == path);
                Fill(rows, first, field, Column(content, chunk.MetaData!, field));
            }
        }

        return rows;
    }

    // "choices/text/list/element" is the list "choices.text".
    private static void Fill(
        List<Dictionary<string, object>> rows, int first, DataField field, List<(int Repetition, string? Text)> entries)
    {
        bool list = field.MaxRepetitionLevel > 0;
        string[] path = field.Path.ToString().Split('/');
        string name = string.Join('.', list && path.Length > 2 ? path[..^2] : path);
        int row = first - 1;
        List<(int Row, string? Text)> placed = [.. entries.Select(entry => (entry.Repetition == 0 ? ++row : row, entry.Text))];
        foreach (IGrouping<int, string?> texts in placed.GroupBy(entry => entry.Row, entry => entry.Text))
        {
            if (list) rows[texts.Key][name] = System.Collections.Immutable.ImmutableArray.CreateRange(texts.OfType<string>());
            else if (texts.Single() is { } text) rows[texts.Key][name] = text;
        }
    }

    private static List<(int Repetition, string? Text)> Column(byte[] content, ColumnMetaData column, DataField field)
    {
        if (column.Type != Parquet.Meta.Type.BYTE_ARRAY) throw new NotSupportedException($"the column {field.Path} contains no text");
        int at = checked((int)(column.DictionaryPageOffset ?? column.DataPageOffset));
        string[] dictionary = [];
        List<(int, string?)> entries = [];
        while (entries.Count < column.NumValues)
        {
            ParquetPageHeader header = ParquetPageHeader.Read(content, ref at);
            ReadOnlySpan<byte> page = content.AsSpan(at, header.StoredBytes);
            at += header.StoredBytes;
            if (header.Type == DictionaryPage) dictionary = Texts(Stored(page, header.Bytes, column.Codec), header.Fields[1]);
            else if (header.Type == DataPageV2) entries.AddRange(Page(page, header, new TextColumn(field, column.Codec, dictionary)));
            else throw new NotSupportedException($"the column {field.Path} mixes data pages v1 and v2");
        }

        return entries;
    }

    private static List<(int Repetition, string? Text)> Page(ReadOnlySpan<byte> page, ParquetPageHeader header, TextColumn column)
    {
        (DataField field, CompressionCodec codec, string[] dictionary) = column;
        int count = header.Fields[1];
        int definitionBytes = header.Fields[5], repetitionBytes = header.Fields[6], levels = definitionBytes + repetitionBytes;
        int[] repetitions = Hybrid(page[..repetitionBytes], Bits(field.MaxRepetitionLevel), count);
        int[] definitions = Hybrid(page[repetitionBytes..levels], Bits(field.MaxDefinitionLevel), count);
        int present = definitions.Count(level => level == field.MaxDefinitionLevel);
        bool compressed = header.Fields.GetValueOrDefault(7, 1) == 1;
        ReadOnlySpan<byte> values = compressed ? Stored(page[levels..], header.Bytes - levels, codec) : page[levels..];
        string[] texts = header.Fields[4] switch
        {
            Plain => Texts(values, present),
            2 or 8 when present == 0 => [],
            2 or 8 => [.. Hybrid(values[1..], values[0], present).Select(index => dictionary[index])],
            int other => throw new NotSupportedException($"the column {field.Path} has the encoding {other}"),
        };
        int next = 0;
        return
        [
            .. Enumerable.Range(0, count)
                .Select(i => (repetitions[i], definitions[i] == field.MaxDefinitionLevel ? texts[next++] : null)),
        ];
    }

    private static ReadOnlySpan<byte> Stored(ReadOnlySpan<byte> page, int size, CompressionCodec codec) => codec switch
    {
        CompressionCodec.UNCOMPRESSED => page,
        CompressionCodec.SNAPPY => size == 0 ? [] : Snappy.Decompress(page, size),
        _ => throw new NotSupportedException($"its data pages v2 are compressed by {codec}; Snappy or none is read"),
    };

    private static string[] Texts(ReadOnlySpan<byte> values, int count)
    {
        string[] texts = new string[count];
        for (int i = 0, at = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(values[at..]);
            texts[i] = System.Text.Encoding.UTF8.GetString(values.Slice(at + 4, length));
            at += 4 + length;
        }

        return texts;
    }

    // Runs of one value and groups of eight bit-packed ones.
    private static int[] Hybrid(ReadOnlySpan<byte> data, int bits, int count)
    {
        int[] values = new int[count];
        if (bits == 0) return values;
        for (int filled = 0, at = 0; filled < count;)
        {
            int head = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = data[at++];
                head |= (next & 0x7F) << shift;
                if (next < 0x80) break;
            }

            int run = (head & 1) == 0 ? head >> 1 : (head >> 1) * 8;
            int width = (head & 1) == 0 ? (bits + 7) / 8 : (head >> 1) * bits;
            ReadOnlySpan<byte> packed = data.Slice(at, Math.Min(width, data.Length - at));
            for (int i = 0; i < run && filled < count; i++) values[filled++] = BitsAt(packed, (head & 1) == 0 ? 0 : i * bits, bits);
            at += width;
        }

        return values;
    }

    private static int BitsAt(ReadOnlySpan<byte> packed, int start, int bits)
    {
        int value = 0;
        for (int i = 0; i < bits; i++) value |= ((packed[(start + i) / 8] >> ((start + i) % 8)) & 1) << i;
        return value;
    }

    /// <summary>The column that a page belongs to, with the texts of its dictionary page.</summary>
    private sealed record TextColumn(DataField Field, CompressionCodec Codec, string[] Dictionary);

    private static int Bits(int highest) => highest == 0 ? 0 : 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)highest);
}
