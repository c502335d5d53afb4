using ScottPlot;
using SkiaSharp;

namespace Calibration.Report.Drawing;

/// <summary>One entry of the legend.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Colour">Colour of line and marker.</param>
internal sealed record LegendEntry(string Text, Color Colour)
{
    /// <summary>The marker; null where there is none.</summary>
    internal MarkerShape? Marker { get; init; }

    /// <summary>The line; null where there is none.</summary>
    internal LinePattern? Pattern { get; init; }
}

/// <summary>One pair of axes, with what is drawn between them.</summary>
internal sealed class Panel
{
    private const int Steps = 12;

    private readonly List<(double X, double Y)> _occupied = [];

    internal Panel(Scale x, Scale y, string xLabel, string yLabel)
    {
        (X, Y, XLabel, YLabel) = (x, y, xLabel, yLabel);
        Plot = new Plot();
        Plot.Axes.SetLimits(x.Low, x.High, y.Low, y.High);
        Plot.HideLegend();
    }

    internal Plot Plot { get; }

    internal Scale X { get; }

    internal Scale Y { get; }

    internal string XLabel { get; }

    internal string YLabel { get; }

    /// <summary>Height against the other rows of panels.</summary>
    internal float Weight { get; init; } = 1;

    /// <summary>Words in a corner of the axes that holds no point: what the panel shows.</summary>
    internal string Caption { get; set; } = "";

    /// <summary>Where points and lines are, in coordinates.</summary>
    internal IReadOnlyList<(double X, double Y)> Occupied => _occupied;

    internal void Line(IEnumerable<(double X, double Y)> points, Look look, float width = FigureStyle.LineWidth)
    {
        (double X, double Y)[] line = Coordinates(points);
        if (line.Length < 2)
            return;
        _occupied.AddRange(
            from pair in line.Zip(line.Skip(1))
            from step in Enumerable.Range(1, Steps - 1)
            let share = step / (double)Steps
            select (
                pair.First.X + (share * (pair.Second.X - pair.First.X)), pair.First.Y + (share * (pair.Second.Y - pair.First.Y))));
        Draw(line, look, width);
    }

    internal void Band(IEnumerable<(double X, double Low, double High)> points, Color colour)
    {
        (double X, double Low, double High)[] band = [.. points.Select(point => (X.At(point.X), Y.At(point.Low), Y.At(point.High)))];
        (double X, double Y)[] edge = [.. band.Select(at => (at.X, at.Low)), .. band.Reverse().Select(at => (at.X, at.High))];
        if (band.Length > 1)
            Add((canvas, place) => VectorShapes.Fill(canvas, Array.ConvertAll(edge, at => place(at)), colour.WithAlpha(0.18).ToSKColor()));
    }

    /// <summary>Intervals as bars with caps, cut at the ends of the axis.</summary>
    internal void Bars(IEnumerable<(double X, double Low, double High)> intervals, Color colour, double shift = 0)
    {
        (double X, double Low, double High)[] bars = [.. intervals.Select(bar => (
            X.At(bar.X) + shift, Math.Clamp(Y.At(bar.Low), Y.Low, Y.High), Math.Clamp(Y.At(bar.High), Y.Low, Y.High)))];
        _occupied.AddRange(
            from bar in bars
            from step in Enumerable.Range(0, Steps + 1)
            select (bar.X, bar.Low + ((bar.High - bar.Low) * step / Steps)));
        Add((canvas, place) =>
        {
            using SKPaint stroke = VectorShapes.Stroke(colour.ToSKColor(), FigureStyle.BarWidth);
            VectorShapes.Bars(
                canvas, Array.ConvertAll(bars, bar => (place((bar.X, bar.Low)), place((bar.X, bar.High)))), FigureStyle.CapSize, stroke);
        });
    }

    internal void Points(IEnumerable<(double X, double Y)> points, Look look, double shift = 0, float size = FigureStyle.MarkerSize)
    {
        (double X, double Y)[] markers = Coordinates(points, shift);
        Add((canvas, place) => VectorShapes.Markers(
            canvas, Array.ConvertAll(markers, at => place(at)), look.Marker, (size, look.Colour)));
    }

    internal void Bar(double position, double value, Color fill)
    {
        const double Half = 0.31;
        (double X, double Y)[] corners =
            [(position - Half, 0), (position - Half, value), (position + Half, value), (position + Half, 0)];
        _occupied.AddRange([(position, 0), (position, value)]);
        Add((canvas, place) => VectorShapes.Fill(canvas, Array.ConvertAll(corners, at => place(at)), fill.ToSKColor()));
        Draw([.. corners, corners[0]], new Look(FigureStyle.Ink, default, LinePattern.Solid), FigureStyle.AxisWidth);
    }

    internal void Vertical(double x, LinePattern pattern) => Draw(
        [(X.At(x), Y.Low), (X.At(x), Y.High)], new Look(FigureStyle.Muted, default, pattern), FigureStyle.BarWidth);

    internal void Horizontal(double y) => Draw(
        [(X.Low, Y.At(y)), (X.High, Y.At(y))], new Look(FigureStyle.Ink, default, LinePattern.Solid), FigureStyle.AxisWidth);

    /// <summary>Words beside a point; they are part of what keeps captions away.</summary>
    internal void Words(string text, (double X, double Y) at, Alignment alignment, (float X, float Y) offset = default)
    {
        Labels.Add(new PanelLabel(text, X.At(at.X), Y.At(at.Y), alignment, offset));
        _occupied.Add((X.At(at.X), Y.At(at.Y)));
    }

    /// <summary>Words at points, drawn by the sheet with its font.</summary>
    internal List<PanelLabel> Labels { get; } = [];

    private (double X, double Y)[] Coordinates(IEnumerable<(double X, double Y)> points, double shift = 0)
    {
        (double X, double Y)[] at = [.. points.Select(point => (X.At(point.X) + shift, Y.At(point.Y)))];
        _occupied.AddRange(at);
        return at;
    }

    private void Draw((double X, double Y)[] line, Look look, float width) => Add((canvas, place) =>
    {
        using SKPaint stroke = VectorShapes.Stroke(look.Colour.ToSKColor(), width);
        VectorShapes.Line(canvas, Array.ConvertAll(line, at => place(at)), look.Pattern, stroke);
    });

    private void Add(Action<SKCanvas, Func<(double X, double Y), SKPoint>> draw) => Plot.Add.Plottable(new Ink(draw));
}

/// <summary>Words at a point of a panel.</summary>
/// <param name="Text">The words.</param>
/// <param name="X">Coordinate.</param>
/// <param name="Y">Coordinate.</param>
/// <param name="Alignment">Which end of the words is at the point.</param>
/// <param name="Offset">Shift in points; downwards is positive.</param>
internal sealed record PanelLabel(string Text, double X, double Y, Alignment Alignment, (float X, float Y) Offset);
