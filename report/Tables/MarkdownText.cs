using System.Text;

namespace Calibration.Report.Tables;

/// <summary>Writes Markdown tables in one way.</summary>
internal static class MarkdownText
{
    /// <summary>The rows as a table, the header first; a bar in a cell is escaped.</summary>
    internal static string Of(IEnumerable<string[]> rows)
    {
        var text = new StringBuilder();
        bool isHeader = true;
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal));
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
            if (isHeader)
                text.Append('|').Append(string.Concat(Enumerable.Repeat("---|", row.Length))).Append('\n');
            isHeader = false;
        }

        return text.ToString();
    }
}
