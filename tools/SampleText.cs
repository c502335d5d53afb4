using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Calibration.Tools;

/// <summary>Writes sample rows in the published layouts, byte-stable.</summary>
internal static class SampleText
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };
    private static readonly JsonSerializerOptions Indented = new(Json) { WriteIndented = true, NewLine = "\n" };

    /// <summary>Invented people.</summary>
    public static readonly string[] Names =
        ["Amina", "Bruno", "Chiyo", "Dario", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kavya", "Luca", "Mira", "Nils", "Oona", "Paolo", "Quinn", "Rosa", "Sven", "Tariq"];

    /// <summary>One JSON object a line.</summary>
    public static string Lines<T>(IEnumerable<T> rows) => string.Concat(rows.Select(row => JsonSerializer.Serialize(row, Json) + "\n"));

    /// <summary>A JSON document, indented.</summary>
    public static string Document<T>(T value) => JsonSerializer.Serialize(value, Indented) + "\n";

    /// <summary>A CSV table with CRLF line ends; fields are quoted where they must be.</summary>
    public static string Csv(IEnumerable<string[]> rows)
    {
        StringBuilder csv = new();
        foreach (string[] row in rows) csv.AppendJoin(',', row.Select(Quoted)).Append("\r\n");
        return csv.ToString();
    }

    /// <summary>An integer with thousands commas.</summary>
    public static string Grouped(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Quoted(string field) => field.AsSpan().ContainsAny(",\"\r\n")
        ? "\"" + field.Replace("\"", "\"\"", StringComparison.Ordinal) + "\""
        : field;
}
