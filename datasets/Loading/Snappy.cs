using System.Buffers.Binary;

namespace Calibration.Datasets.Loading;

/// <summary>Decompresses one block of Snappy's raw format (github.com/google/snappy, format_description.txt).</summary>
internal static class Snappy
{
    /// <summary>The decompressed bytes.</summary>
    /// <exception cref="InvalidDataException">The block is malformed.</exception>
    public static byte[] Decompress(ReadOnlySpan<byte> block, int size)
    {
        int at = 0;
        if (Varint(block, ref at) != size) throw new InvalidDataException("a Snappy block has another size than its page says");
        byte[] output = new byte[size];
        int written = 0;
        while (at < block.Length)
        {
            int tag = block[at++];
            if ((tag & 3) == 0)
            {
                int length = LiteralLength(block, tag >> 2, ref at);
                block.Slice(at, length).CopyTo(output.AsSpan(written));
                at += length;
                written += length;
                continue;
            }

            (int count, int offset) = Copy(block, tag, ref at);
            if (offset == 0 || offset > written || written + count > size)
                throw new InvalidDataException("a Snappy block copies from outside of itself");
            // The ranges may overlap: then the copy repeats what it just wrote.
            for (int i = 0; i < count; i++, written++) output[written] = output[written - offset];
        }

        return written == size ? output : throw new InvalidDataException("a Snappy block is too short");
    }

    private static int LiteralLength(ReadOnlySpan<byte> block, int code, ref int at)
    {
        if (code < 60) return code + 1;
        int length = 0;
        for (int i = 0; i < code - 59; i++) length |= block[at++] << (8 * i);
        return length + 1;
    }

    private static (int Count, int Offset) Copy(ReadOnlySpan<byte> block, int tag, ref int at)
    {
        switch (tag & 3)
        {
            case 1:
                return (((tag >> 2) & 7) + 4, ((tag >> 5) << 8) | block[at++]);
            case 2:
                at += 2;
                return ((tag >> 2) + 1, BinaryPrimitives.ReadUInt16LittleEndian(block[(at - 2)..]));
            default:
                at += 4;
                return ((tag >> 2) + 1, BinaryPrimitives.ReadInt32LittleEndian(block[(at - 4)..]));
        }
    }

    private static int Varint(ReadOnlySpan<byte> block, ref int at)
    {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = block[at++];
            value |= (next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("a Snappy block has no size");
    }
}
