using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

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
        using var reader = new StreamReader(file);
        using var csv = new CsvReader(reader, new CsvConfiguration(CultureInfo.InvariantCulture) { TrimOptions = TrimOptions.Trim, MissingFieldFound = null, BadDataFound = null });
        if (!csv.Read() || !csv.ReadHeader())
            throw new UserFault($"{file} is empty; its header should be {string.Join(" or ", headers)}.");
        string[] names = csv.HeaderRecord!;
        if (!headers.Any(header => header.Split(',').All(names.Contains)))
            throw new UserFault($"{file} has the header {string.Join(',', names)}; it should be {string.Join(" or ", headers)}.");
        var rows = new List<CsvRow>();
        while (csv.Read())
            rows.Add(new CsvRow(file, csv.Parser.RawRow, names.ToDictionary(name => name, name => csv.GetField(name) ?? "", StringComparer.Ordinal)));
        return rows.Count > 0 ? rows : throw new UserFault($"{file} has no rows below its header.");
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
