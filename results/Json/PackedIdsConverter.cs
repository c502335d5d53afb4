using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calibration.Results.Json;

/// <summary>Token ids in a journal line: little-endian 32-bit integers, compressed, in base64.</summary>
internal sealed class PackedIdsConverter : JsonConverter<ImmutableArray<int>>
{
    public override ImmutableArray<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var packed = new MemoryStream(reader.GetBytesFromBase64());
        using var unpacked = new MemoryStream();
        try
        {
            using var stream = new BrotliStream(packed, CompressionMode.Decompress);
            stream.CopyTo(unpacked);
        }
        catch (Exception fault) when (fault is InvalidDataException or InvalidOperationException or IOException)
        {
            throw new JsonException("the packed ids cannot be unpacked", fault);
        }

        ReadOnlySpan<byte> bytes = unpacked.GetBuffer().AsSpan(0, (int)unpacked.Length);
        var ids = new int[bytes.Length / sizeof(int)];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]);
        return ImmutableArray.Create(ids);
    }

    public override void Write(Utf8JsonWriter writer, ImmutableArray<int> value, JsonSerializerOptions options)
    {
        var bytes = new byte[value.Length * sizeof(int)];
        for (int i = 0; i < value.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), value[i]);
        using var packed = new MemoryStream();
        using (var stream = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            stream.Write(bytes);
        writer.WriteBase64StringValue(packed.GetBuffer().AsSpan(0, (int)packed.Length));
    }
}
