using System.Text.Json;

namespace Calibration.Results;

/// <summary>Reading of journal files, also those that a crash left behind.</summary>
public static class JournalFile
{
    /// <summary>Reads the finished rows of a journal file in order; a missing file has none.</summary>
    /// <exception cref="InvalidDataException">A whole line is not a row: the file was damaged by something other than a crash.</exception>
    public static IEnumerable<TRow> Read<TRow>(string path)
    {
        if (!File.Exists(path))
            yield break;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        long end = EndOfLastWholeLine(file);
        file.Seek(0, SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        long position = 0;
        for (int line = 1; position < end && reader.ReadLine() is { } text; line++)
        {
            position += System.Text.Encoding.UTF8.GetByteCount(text) + 1;
            yield return Parse<TRow>(text, path, line);
        }
    }

    private static TRow Parse<TRow>(string text, string path, int line)
    {
        try
        {
            return JsonSerializer.Deserialize<TRow>(text, ResultsJson.Line) ?? throw new JsonException("null");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path} line {line} is not a row of a journal ({fault.Message}); move the line away to read the rest.", fault);
        }
    }

    internal static long EndOfLastWholeLine(FileStream file)
    {
        var block = new byte[1 << 16];
        for (long end = file.Length; end > 0;)
        {
            int size = (int)Math.Min(block.Length, end);
            file.Seek(end - size, SeekOrigin.Begin);
            file.ReadExactly(block, 0, size);
            int newline = Array.LastIndexOf(block, (byte)'\n', size - 1);
            if (newline >= 0)
                return end - size + newline + 1;
            end -= size;
        }

        return 0;
    }
}
