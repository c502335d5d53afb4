using System.Globalization;
using Calibration.Datasets;
using CsvHelper;

namespace Calibration.Calibrate;

/// <summary>One row of a CSV file that the user gave; every complaint names file, row and field.</summary>
internal sealed class CsvRow
{
    private readonly string file;
    private readonly int line;
    private readonly Dictionary<string, string> cells;

    private CsvRow(string file, int line, Dictionary<string, string> cells) => (this.file, this.line, this.cells) = (file, line, cells);

    /// <summary>Reads a file whose header is one of <paramref name="headers"/>; columns beside those are ignored.</summary>
    internal static List<CsvRow> Read(string file, params string[] headers)
    {
        if (!File.Exists(file))
            throw new UserFault($"{file} does not exist.");
        var rows = new List<CsvRow>();
        try
        {
            using CsvReader csv = CsvReader.Create(Utf8Text.Read(file), new CsvReaderOptions { Separator = ',', MalformedData = CsvMalformedDataHandling.Throw });
            while (csv.Read())
            {
                string[] names = [.. csv.Headers];
                if (rows.Count == 0 && !headers.Any(header => header.Split(',').All(names.Contains)))
                    throw new UserFault($"{file} has the header {string.Join(',', names)}; it should be {string.Join(" or ", headers)}.");
                if (csv.FieldCount != names.Length)
                    throw new UserFault($"{file} line {rows.Count + 2} has {csv.FieldCount} fields and the header {names.Length}.");
                rows.Add(new CsvRow(file, rows.Count + 2, Enumerable.Range(0, names.Length).DistinctBy(i => names[i]).ToDictionary(i => names[i], i => csv.GetString(i).Trim(), StringComparer.Ordinal)));
            }
        }
        catch (CsvFormatException fault)
        {
            throw new UserFault($"{file} is no valid CSV near line {rows.Count + 2}: {fault.Message}");
        }

        return rows.Count > 0 ? rows : throw new UserFault($"{file} has no rows; it should have the header {string.Join(" or ", headers)} and rows below it.");
    }

    internal bool Has(string name) => cells.ContainsKey(name);

    internal string Text(string name) => cells.GetValueOrDefault(name, "") is { Length: > 0 } text ? text : throw Fault(name, "is empty");

    internal int Whole(string name, int least, int most = int.MaxValue) =>
        int.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw Fault(name, $"is \"{Text(name)}\", not a whole number from {least}{(most == int.MaxValue ? " up" : $" to {most}")}");

    internal double Real(string name, double least, double most = double.MaxValue) =>
        double.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw Fault(name, string.Create(CultureInfo.InvariantCulture, $"is \"{Text(name)}\", not a number from {least}{(most == double.MaxValue ? " up" : $" to {most}")}"));

    internal UserFault Fault(string name, string complaint) => new($"{file} line {line}: {name} {complaint}.");
}
