using System.Text.Json;

namespace Calibration.Results.Journaling;

/// <summary>Reading of journal files, also those that a crash left behind.</summary>
public static class JournalFile
{
    /// <summary>No row is that long: a longer line is damage and is not read into memory.</summary>
    private const int LongestLine = 1 << 28;

    /// <summary>
    /// Reads the finished rows of a journal file in order; a missing file has none, and what a crash left at the end is none.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// A line before the last good one is not a row: the file was damaged by something other than a crash.
    /// </exception>
    public static IEnumerable<TRow> Read<TRow>(string path)
    {
        if (!File.Exists(path))
            yield break;
        using FileStream file = Open(path);
        foreach (JournaledRow<TRow> line in ReadLines<TRow>(file))
            yield return line.Row;
    }

    /// <summary>A row as its line, with the line feed.</summary>
    internal static byte[] LineOf<TRow>(TRow row) => [.. JsonSerializer.SerializeToUtf8Bytes(row, ResultsJson.Line), (byte)'\n'];

    /// <summary>Writes a complete journal; when the task ends it is on disk.</summary>
    internal static async Task WriteAsync<TRow>(string path, IAsyncEnumerable<TRow> rows, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        await foreach (TRow row in rows.WithCancellation(cancellationToken))
            await file.WriteAsync(LineOf(row), cancellationToken);
        file.Flush(flushToDisk: true);
    }

    internal static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);

    /// <summary>Number of complete lines, without reading their content.</summary>
    internal static int CountLines(FileStream file)
    {
        var block = new byte[1 << 16];
        int lines = 0;
        long offset = 0;
        for (int read; (read = RandomAccess.Read(file.SafeFileHandle, block, offset)) > 0; offset += read)
            lines = checked(lines + block.AsSpan(0, read).Count((byte)'\n'));
        return lines;
    }

    /// <summary>Reads the finished rows with their places in the file.</summary>
    internal static IEnumerable<JournaledRow<TRow>> ReadLines<TRow>(FileStream file)
    {
        long end = JournalTail.EndOfRows(file);
        var buffer = new byte[1 << 16];
        (int start, int searched, int filled) = (0, 0, 0);
        long offset = 0;
        for (int line = 1; offset < end;)
        {
            int found = Array.IndexOf(buffer, (byte)'\n', searched, filled - searched);
            if (found >= 0)
            {
                int length = found - start;
                yield return new JournaledRow<TRow>(Parse<TRow>(buffer.AsSpan(start, length), file.Name, $"line {line}"), offset, length);
                offset += length + 1;
                start = searched = found + 1;
                line++;
                continue;
            }

            // The buffer holds only a line's beginning: it goes to the front, and more is read behind it.
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            (start, filled) = (0, filled - start);
            searched = filled;
            if (filled == LongestLine)
                throw Damaged(file.Name, $"line {line}", "it is longer than any row", null);
            if (filled == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            int read = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(filled), offset + filled);
            if (read == 0)
                throw new EndOfStreamException($"{file.Name} became shorter while it was read.");
            filled += read;
        }
    }

    /// <summary>Reads the row of a line whose place is known.</summary>
    internal static TRow ReadAt<TRow>(FileStream file, long offset, int length, ref byte[] buffer)
    {
        if (buffer.Length < length)
            buffer = new byte[Math.Max(length, buffer.Length * 2)];
        for (int filled = 0; filled < length;)
        {
            int read = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(filled, length - filled), offset + filled);
            if (read == 0)
                throw new EndOfStreamException($"{file.Name} became shorter while it was read.");
            filled += read;
        }

        return Parse<TRow>(buffer.AsSpan(0, length), file.Name, $"at byte {offset}");
    }

    private static TRow Parse<TRow>(ReadOnlySpan<byte> line, string path, string place)
    {
        try
        {
            return JsonSerializer.Deserialize<TRow>(line, ResultsJson.Line) ?? throw new JsonException("it is null");
        }
        catch (JsonException fault)
        {
            throw Damaged(path, place, fault.Message.TrimEnd('.'), fault);
        }
    }

    private static InvalidDataException Damaged(string path, string place, string why, Exception? fault) => new(
        $"{path} {place} is damaged: it is not a row of a journal ({why}). Delete that line to read the rest; a resumed run measures its "
            + $"row again.", fault);
}

/// <summary>A journal's row, and where its line is.</summary>
/// <param name="Row">The row.</param>
/// <param name="Offset">The line's first byte.</param>
/// <param name="Length">The line's length in bytes, without the line feed.</param>
internal readonly record struct JournaledRow<TRow>(TRow Row, long Offset, int Length);
