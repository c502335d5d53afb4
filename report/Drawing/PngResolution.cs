using System.Buffers.Binary;

namespace Calibration.Report.Drawing;

/// <summary>Writes into a PNG how large it is, so that LaTeX and word processors place it at final size.</summary>
internal static class PngResolution
{
    private const int HeaderEnd = 8 + 25;
    private const double InchesPerMetre = 1 / 0.0254;

    /// <summary>The same image with a pHYs chunk after its header.</summary>
    internal static byte[] Of(byte[] png, double dpi)
    {
        byte[] chunk = new byte[21];
        BinaryPrimitives.WriteInt32BigEndian(chunk, 9);
        "pHYs"u8.CopyTo(chunk.AsSpan(4));
        int perMetre = (int)Math.Round(dpi * InchesPerMetre);
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(8), perMetre);
        BinaryPrimitives.WriteInt32BigEndian(chunk.AsSpan(12), perMetre);
        chunk[16] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(17), Crc(chunk.AsSpan(4, 13)));
        return [.. png[..HeaderEnd], .. chunk, .. png[HeaderEnd..]];
    }

    /// <summary>The checksum of PNG chunks: CRC-32 with the reversed polynomial 0xEDB88320.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return ~crc;
    }
}
