using System.Globalization;
using Calibration.Datasets.Loading;
using CsvHelper;

namespace Calibration.Calibrate.Files;

/// <summary>One row of a CSV file that the user gave; every complaint names file, row and field.</summary>
internal sealed class CsvRow
{
    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        MalformedData = CsvMalformedDataHandling.Throw,
        TrimWhitespace = true,
        CommentPrefix = '#',
        TrackLineNumbers = true,
    };

    private readonly string _file;
    private readonly int _line;
    private readonly Dictionary<string, string> _cells;

    private CsvRow(string file, int line, Dictionary<string, string> cells) => (this._file, this._line, this._cells) = (file, line, cells);

    /// <summary>
    /// Reads a file whose header is one of <paramref name="headers"/>; columns beside those are ignored, and lines that begin with #.
    /// </summary>
    internal static List<CsvRow> Read(string file, params string[] headers)
    {
        var rows = new List<CsvRow>();
        try
        {
            using CsvReader csv = CsvReader.Create(Content(file), Options);
            string[] names = [];
            while (csv.Read())
            {
                names = names.Length > 0 ? names : Names(file, csv, headers);
                int line = checked((int)csv.LineNumber);
                if (csv.FieldCount != names.Length)
                    throw new UserFault($"{file} line {line} has {csv.FieldCount} fields and the header {names.Length}.");
                Dictionary<string, string> cells = new(StringComparer.Ordinal);
                for (int i = 0; i < names.Length; i++)
                    cells.Add(names[i], csv.GetString(i).Trim());
                rows.Add(new CsvRow(file, line, cells));
            }
        }
        catch (CsvFormatException fault)
        {
            throw new UserFault($"{file} is no valid CSV: {fault.Message}");
        }

        return rows.Count > 0
            ? rows
            : throw new UserFault($"{file} has no rows; it should have the header {string.Join(" or ", headers)} and rows below it.");
    }

    internal bool Has(string name) => _cells.ContainsKey(name);

    /// <summary>Whether there is such a column, and the row has a value in it.</summary>
    internal bool IsGiven(string name) => _cells.GetValueOrDefault(name, "").Length > 0;

    internal string Text(string name) => _cells.GetValueOrDefault(name, "") is { Length: > 0 } text ? text : throw Fault(name, "is empty");

    internal int Whole(string name, int least, int most = int.MaxValue) =>
        int.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least
            && value <= most
            ? value
            : throw Fault(name, $"is \"{Text(name)}\", not a whole number from {least}{(most == int.MaxValue ? " up" : $" to {most}")}");

    internal double Real(string name, double least, double most = double.MaxValue) =>
        double.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw Fault(
                name,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"is \"{Text(name)}\", not a number from {least}{(most == double.MaxValue ? " up" : $" to {most}")}"));

    internal UserFault Fault(string name, string complaint) => new($"{_file} line {_line}: {name} {complaint}.");

    /// <exception cref="UserFault">The row has the same key as one before it.</exception>
    internal static void ThrowIfRepeated(IEnumerable<CsvRow> rows, params string[] key)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (CsvRow row in rows)
        {
            string[] values = [.. key.Select(row.Text)];
            if (first.TryAdd(string.Join('\n', values), row._line))
                continue;
            string both = string.Join(", ", key.Zip(values, (name, value) => $"{name} {value}"));
            throw new UserFault(
                $"{row._file} line {row._line} repeats line {first[string.Join('\n', values)]}: both have {both}. Leave one of them out.");
        }
    }

    private static byte[] Content(string file)
    {
        try
        {
            return Utf8Text.Read(file);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserFault($"{file} does not exist.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UserFault($"{file} cannot be read: {fault.Message}");
        }
    }

    private static string[] Names(string file, CsvReader csv, string[] headers)
    {
        string[] names = [.. csv.Headers.Select(name => name.Trim())];
        if (!headers.Any(header => header.Split(',').All(names.Contains)))
            throw new UserFault($"{file} has the header {string.Join(',', names)}; it should be {string.Join(" or ", headers)}.");
        return names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UserFault($"{file} has two columns named \"{twice.Key}\": leave one of them out.")
            : names;
    }
}
