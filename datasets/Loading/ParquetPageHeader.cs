namespace Calibration.Datasets.Loading;

/// <summary>A page's header in a Parquet column: Thrift's compact protocol, of which the fields that text columns need are kept.</summary>
/// <param name="Type">0 a data page, 2 a dictionary page, 3 a data page v2.</param>
/// <param name="Bytes">Bytes of the page once decompressed, the levels of a v2 page included.</param>
/// <param name="StoredBytes">Bytes of the page in the file, without the header.</param>
/// <param name="Fields">Integers of the page's own struct by field id: 1 the values, 4 (v2) or 2 the encoding, 5 and 6 the bytes of the
/// levels, 7 whether it is compressed.</param>
internal sealed record ParquetPageHeader(int Type, int Bytes, int StoredBytes, IReadOnlyDictionary<int, int> Fields)
{
    /// <summary>Reads the header at a position and moves behind it.</summary>
    public static ParquetPageHeader Read(ReadOnlySpan<byte> file, ref int at)
    {
        Dictionary<int, int> own = [];
        Dictionary<int, int> page = Struct(file, ref at, own);
        return new(page[1], page[2], page[3], own);
    }

    // A nested page struct (fields 5, 7 and 8) lands in "nested"; structs below it, such as statistics, are passed over.
    private static Dictionary<int, int> Struct(ReadOnlySpan<byte> file, ref int at, Dictionary<int, int>? nested)
    {
        Dictionary<int, int> fields = [];
        int id = 0;
        while (file[at] != 0)
        {
            int head = file[at++];
            id = head >> 4 == 0 ? (int)ZigZag(file, ref at) : id + (head >> 4);
            switch (head & 15)
            {
                case 1 or 2:
                    fields[id] = (head & 15) == 1 ? 1 : 0;
                    break;
                case 3:
                    at++;
                    break;
                case 4 or 5 or 6:
                    fields[id] = unchecked((int)ZigZag(file, ref at));
                    break;
                case 7:
                    at += 8;
                    break;
                case 8:
                    int length = checked((int)Varint(file, ref at));
                    at += length;
                    break;
                case 12:
                    Dictionary<int, int> inner = Struct(file, ref at, null);
                    if (nested is not null && id is 5 or 7 or 8)
                    {
                        foreach ((int field, int value) in inner) nested[field] = value;
                    }

                    break;
                default:
                    throw new InvalidDataException("a page header contains a field of an unknown kind");
            }
        }

        at++;
        return fields;
    }

    private static long ZigZag(ReadOnlySpan<byte> file, ref int at)
    {
        ulong value = Varint(file, ref at);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static ulong Varint(ReadOnlySpan<byte> file, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = file[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
