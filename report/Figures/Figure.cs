using Calibration.Report.Drawing;
using Calibration.Report.Tables;

namespace Calibration.Report.Figures;

/// <summary>One figure with its data and its caption.</summary>
public sealed class Figure
{
    private readonly Sheet _sheet;
    private readonly IEnumerable<string[]> _data;

    internal Figure(string name, string title, Sheet sheet, IEnumerable<string[]> data) =>
        (Name, Title, _sheet, _data) = (name, title, sheet, data);

    /// <summary>Name of its files without their ending.</summary>
    public string Name { get; }

    /// <summary>What it shows, in a few words.</summary>
    public string Title { get; }

    /// <summary>The caption: what lines, bars and bands are, and where the numbers come from.</summary>
    public required string Caption { get; init; }

    /// <summary>The figure as SVG, with its font inside.</summary>
    internal string Svg() => SheetFiles.Svg(_sheet, (Title, Caption));

    /// <summary>Writes PDF, SVG, PNG, the data as CSV, and the caption as text and as a LaTeX figure.</summary>
    public void Write(string folder)
    {
        SheetFiles.Write(_sheet, folder, Name, (Title, Caption));
        string path = Path.Combine(folder, Name);
        File.WriteAllText(path + ".csv", CsvText.Of(_data));
        File.WriteAllText(path + ".txt", Caption + "\n");
        bool isPage = _sheet.Width > Sheet.PointsOf(FigureWidth.Column);
        (string star, string width) = isPage ? ("*", "\\textwidth") : ("", "\\columnwidth");
        File.WriteAllText(
            path + ".tex",
            $"\\begin{{figure{star}}}[t]\n\\centering\n\\includegraphics[width={width}]{{{Name}.pdf}}\n"
                + $"\\caption{{{TexText.Escaped(Caption)}}}\n\\label{{fig:{Name}}}\n\\end{{figure{star}}}\n");
    }
}
