using System.Globalization;
using CsvHelper;

namespace Calibration.Report.Tables;

/// <summary>Writes CSV in one way: commas, quotes where a field needs them, lines ended by a line feed.</summary>
public static class CsvText
{
    private static readonly CsvWriterOptions Options = new() { NewLine = "\n" };

    /// <summary>The rows as text, the header first.</summary>
    public static string Of(IEnumerable<string[]> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (CsvWriter csv = CsvWriter.Create(text, Options, leaveOpen: true))
        {
            foreach (string[] row in rows)
                csv.WriteRecord(row);
        }

        return text.ToString();
    }
}
