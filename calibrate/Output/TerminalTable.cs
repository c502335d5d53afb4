using System.Text;

namespace Calibration.Calibrate.Output;

/// <summary>A table in a terminal: columns aligned; one that is too wide is continued below, with its first column again.</summary>
internal static class TerminalTable
{
    private const string Between = "  ";

    /// <summary>Width of the terminal; null where the output goes into a file or a pipe.</summary>
    internal static int? Width()
    {
        try
        {
            return Console.IsOutputRedirected || Console.WindowWidth <= 0 ? null : Console.WindowWidth;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The rows as aligned text, the header first.</summary>
    /// <param name="rows">Rows of equal length.</param>
    /// <param name="width">Characters per line, if no single column is wider.</param>
    internal static string Of(IReadOnlyList<string[]> rows, int width)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        for (int from = 1; from < widths.Length;)
        {
            int used = widths[0] + Between.Length + widths[from], to = from + 1;
            while (to < widths.Length && used + Between.Length + widths[to] <= width)
                used += Between.Length + widths[to++];
            int[] columns = [0, .. Enumerable.Range(from, to - from)];
            foreach (string[] row in rows)
                text.Append(string.Join(Between, columns.Select(column => row[column].PadRight(widths[column]))).TrimEnd()).Append('\n');
            text.Append('\n');
            from = to;
        }

        return text.ToString();
    }
}
