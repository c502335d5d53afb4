using ScottPlot;

namespace Calibration.Report.Figures;

/// <summary>IEEE column width, our own font, and marks that differ without colour.</summary>
internal static class FigureStyle
{
    private const string FontName = "DejaVu Sans";
    private const int LongestLine = 84;

    private static readonly Lock Loading = new();
    private static bool _loaded;

    /// <summary>Okabe and Ito's colours, dark ones first.</summary>
    private static readonly Color[] Colours =
    [
        Color.FromHex("#0072B2"), Color.FromHex("#D55E00"), Color.FromHex("#009E73"), Color.FromHex("#CC79A7"), Color.FromHex("#000000"),
        Color.FromHex("#E69F00"),
    ];

    private static readonly MarkerShape[] Markers =
    [
        MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.OpenCircle, MarkerShape.OpenSquare,
        MarkerShape.OpenTriangleUp,
    ];

    private static readonly LinePattern[] Patterns = [LinePattern.Solid, LinePattern.DenselyDashed, LinePattern.Dotted];

    internal static Color ColourOf(int index) => Colours[index % Colours.Length];

    internal static MarkerShape MarkerOf(int index) => Markers[index % Markers.Length];

    internal static LinePattern PatternOf(int index) => Patterns[index % Patterns.Length];

    /// <summary>
    /// An empty plot in the house style; <paramref name="notes"/> say above it where the numbers come from, and of which point.
    /// </summary>
    internal static Plot NewPlot(string xLabel, string yLabel, params string[] notes)
    {
        LoadFont();
        var plot = new Plot();
        plot.Font.Set(FontName);
        plot.XLabel(xLabel, 8.5f);
        plot.YLabel(yLabel, 8.5f);
        plot.Title(string.Join('\n', notes.SelectMany(Wrapped)), 6.5f);
        plot.Axes.Title.Label.Bold = false;
        plot.Axes.Bottom.Label.Bold = false;
        plot.Axes.Left.Label.Bold = false;
        plot.Axes.Bottom.TickLabelStyle.FontSize = 7.5f;
        plot.Axes.Left.TickLabelStyle.FontSize = 7.5f;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.12);
        plot.Legend.FontSize = 6.5f;
        plot.Legend.OutlineColor = Colors.Black.WithAlpha(0.3);
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.Padding = new PixelPadding(3);
        return plot;
    }

    /// <summary>Puts the legend under the plot, where it hides no point.</summary>
    internal static void LegendBelow(Plot plot)
    {
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.OutlineWidth = 0;
        plot.ShowLegend(Edge.Bottom);
    }

    /// <summary>Where the numbers of a figure come from, in its own words.</summary>
    internal static string Origin(string model, bool simulated, bool samples, Results.Incompleteness? incomplete) =>
        model + (simulated ? ", simulated endpoint" : "") + (incomplete is null ? "" : $", {incomplete}")
            + (samples ? ", sample problems (not the benchmarks')" : "");

    /// <summary>Lines of a note that fit over a plot, broken after commas.</summary>
    private static IEnumerable<string> Wrapped(string note)
    {
        string line = "";
        foreach (string part in note.Split(", "))
        {
            if (line.Length > 0 && line.Length + part.Length > LongestLine)
            {
                yield return line + ",";
                line = "";
            }

            line += (line.Length > 0 ? ", " : "") + part;
        }

        yield return line;
    }

    private static void LoadFont()
    {
        lock (Loading)
        {
            if (_loaded)
                return;
            string path = Path.Combine(Path.GetTempPath(), $"calibration-{Environment.ProcessId}-DejaVuSans.ttf");
            using (Stream font = typeof(FigureStyle).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!)
            using (FileStream file = File.Create(path))
                font.CopyTo(file);
            Fonts.AddFontFile(FontName, path, bold: false, italic: false);
            Fonts.Default = FontName;
            AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
            _loaded = true;
        }
    }
}
