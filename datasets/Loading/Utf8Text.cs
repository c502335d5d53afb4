using System.Globalization;
using System.Text.Unicode;

namespace Calibration.Datasets.Loading;

/// <summary>Refuses text that is not UTF-8: read as UTF-8 it would silently lose its accents.</summary>
public static class Utf8Text
{
    /// <summary>Says where a file's bytes are not UTF-8.</summary>
    /// <param name="path">The file's name, for the message.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="DatasetException">The bytes are not UTF-8; the message names the line and what to do.</exception>
    public static void Check(string path, ReadOnlySpan<byte> content)
    {
        if (Utf8.IsValid(content)) return;
        int line = 1;
        ReadOnlySpan<byte> rest = content;
        // No character of UTF-8 spans a line feed, so that lines can be judged alone.
        while (rest.IndexOf((byte)'\n') is >= 0 and var end && Utf8.IsValid(rest[..end]))
        {
            rest = rest[(end + 1)..];
            line++;
        }

        throw new DatasetException(string.Create(
            CultureInfo.InvariantCulture,
            $"{path} is not UTF-8 text: line {line} contains bytes of another encoding, such as Latin-1 or UTF-16. "
                + $"Save the file as UTF-8."));
    }

    /// <summary>Reads a complete text file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its bytes, which are UTF-8.</returns>
    /// <exception cref="DatasetException">The bytes are not UTF-8.</exception>
    public static byte[] Read(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        Check(path, content);
        return content;
    }
}
