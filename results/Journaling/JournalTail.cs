using System.Text.Json;
using System.Text.Unicode;

namespace Calibration.Results.Journaling;

/// <summary>Where the finished rows of a journal end, whatever a crash or a power loss left behind them.</summary>
internal static class JournalTail
{
    private const int BlockBytes = 1 << 14;

    /// <summary>
    /// The end of the last complete line that is a JSON object. Behind it lie only a line without its end, or lines that are no
    /// JSON at all (a power loss leaves NULs where blocks were not written): none of it was ever reported as finished. A JSON
    /// object that is not a row ends the search too, because another version's rows are not garbage.
    /// </summary>
    internal static long EndOfRows(FileStream file)
    {
        long end = StartOfLine(file, file.Length);
        while (end > 0)
        {
            long start = StartOfLine(file, end - 1);
            if (IsJsonObject(file, start, end - 1 - start))
                return end;
            end = start;
        }

        return 0;
    }

    /// <summary>The place after the last line feed before <paramref name="end"/>.</summary>
    private static long StartOfLine(FileStream file, long end)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        while (end > 0)
        {
            Span<byte> part = block[..(int)Math.Min(BlockBytes, end)];
            Fill(file, part, end - part.Length);
            int newline = part.LastIndexOf((byte)'\n');
            if (newline >= 0)
                return end - part.Length + newline + 1;
            end -= part.Length;
        }

        return 0;
    }

    private static bool IsJsonObject(FileStream file, long start, long length)
    {
        Span<byte> ends = stackalloc byte[2];
        if (length < 2 || length > Array.MaxLength)
            return false;
        Fill(file, ends[..1], start);
        Fill(file, ends[1..], start + length - 1);
        if (ends is not [(byte)'{', (byte)'}' or (byte)'\r'])
            return false;
        var line = new byte[length];
        Fill(file, line, start);
        return Utf8.IsValid(line) && IsWellFormed(line);
    }

    private static bool IsWellFormed(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Fill(FileStream file, Span<byte> part, long offset)
    {
        while (part.Length > 0)
        {
            int read = RandomAccess.Read(file.SafeFileHandle, part, offset);
            if (read == 0)
                throw new EndOfStreamException($"{file.Name} became shorter while it was read.");
            part = part[read..];
            offset += read;
        }
    }
}
