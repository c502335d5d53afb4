using System.Collections.Immutable;
using ScottPlot;

namespace Calibration.Report.Drawing;

/// <summary>How one line or set of points looks: different without colour, too.</summary>
/// <param name="Colour">Its colour.</param>
/// <param name="Marker">Its marker.</param>
/// <param name="Pattern">Its line pattern.</param>
internal sealed record Look(Color Colour, MarkerShape Marker, LinePattern Pattern);

/// <summary>The one style of all figures. All lengths are points (1/72 inch) at final size.</summary>
internal static class FigureStyle
{
    /// <summary>
    /// A little above 8 points: a column of IEEEtran is 252 TeX points, 0.4 % less than 3.5 inches, and figures are scaled to it.
    /// </summary>
    internal const float TextSize = 8.1f;
    internal const float LineHeight = 10.5f;
    internal const float LineWidth = 1.1f;
    internal const float AxisWidth = 0.6f;
    internal const float GridWidth = 0.4f;
    internal const float BarWidth = 0.7f;
    internal const float CapSize = 1.6f;
    internal const float MarkerSize = 4.2f;
    internal const float LargestLegendShare = 0.15f;

    private static readonly string[] OkabeIto = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9"];

    private static readonly MarkerShape[] Markers =
    [
        MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.OpenDiamond, MarkerShape.OpenCircle,
        MarkerShape.OpenSquare, MarkerShape.OpenTriangleUp,
    ];

    private static readonly LinePattern[] Patterns =
    [
        LinePattern.Solid, Dashes("dashed", 5, 2), Dashes("dotted", 1.2f, 1.8f), Dashes("dash-dot", 6, 1.8f, 1.2f, 1.8f),
        Dashes("long dashed", 9, 3), Dashes("short dashed", 2.6f, 1.6f), Dashes("dash-dot-dot", 6, 1.6f, 1.2f, 1.6f, 1.2f, 1.6f),
    ];

    internal static Color Ink { get; } = Colors.Black;

    internal static Color Faint { get; } = Color.FromHex("#E4E4E4");

    internal static Color Muted { get; } = Color.FromHex("#4D4D4D");

    /// <summary>Bars of policies that are not the chosen one.</summary>
    internal static Color Pale { get; } = Color.FromHex("#C9C9C9");

    /// <summary>The look of the task at a place in the run's order.</summary>
    internal static Look LookOf(int index) => new(
        Color.FromHex(OkabeIto[index % OkabeIto.Length]),
        Markers[index % Markers.Length],
        Patterns[(index + (index / Patterns.Length)) % Patterns.Length]);

    internal static ImmutableArray<Look> LooksOf(int count) => [.. Enumerable.Range(0, count).Select(LookOf)];

    private static LinePattern Dashes(string name, params float[] intervals) => new(intervals, 0, name);
}
