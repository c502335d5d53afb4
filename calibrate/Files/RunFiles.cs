using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Curves;
using Calibration.Analysis.Findings;
using Calibration.Datasets;
using Calibration.Harness.Servers;
using Calibration.Report;
using Calibration.Report.Figures;
using Calibration.Report.Methods;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Calibrate.Files;

/// <summary>The tables, figures and the report of one operating point, as files.</summary>
internal static class RunFiles
{
    /// <summary>Table I, the measured accuracies, what was excluded, and the methods paragraph.</summary>
    internal static async Task WriteTablesAsync(PointFolder place, RunFits fits, RunAllocation? allocation)
    {
        RunManifest manifest = place.Run.ReadManifest();
        var methods = new MethodsText(manifest, fits, allocation);
        string server = ServerReferences.Of(manifest.Endpoint.Server, manifest.Endpoint.Version);
        (string Name, string Text)[] files =
        [
            ("table1.csv", Table1.Csv(fits, allocation)),
            ("table1.md", Table1.Markdown(fits, allocation)),
            ("table1.tex", Table1Tex.Column(fits, allocation)),
            ("table1-wide.tex", Table1Tex.Wide(fits, allocation)),
            ("accuracy.csv", AccuracyTable.Csv(fits)),
            ("accuracy.md", AccuracyTable.Markdown(fits)),
            ("accuracy.tex", AccuracyTable.Latex(fits)),
            ("excluded.csv", ExclusionTable.Csv(fits)),
            ("excluded.md", ExclusionTable.Markdown(fits)),
            ("methods.md", methods.Markdown()),
            ("methods.tex", methods.Latex()),
            ("references.bib", References.Bib(manifest, server, Benchmarks.References)),
        ];
        foreach ((string name, string text) in files)
            await AtomicFile.WriteTextAsync(place.In(name), text);
    }

    /// <summary>All figures with their data and captions, and with the run's rows the report.</summary>
    internal static Task WriteFiguresAsync(
        PointFolder place, RunFits fits, RunAllocation? allocation, CancellationToken cancellationToken) => WriteFiguresAsync(
        place, fits, new FigureChoice(fits.Tasks, allocation is null ? null : DecisionCurves.Of(allocation)), cancellationToken);

    /// <summary>The figures that were chosen, and the report.</summary>
    internal static async Task WriteFiguresAsync(
        PointFolder place, RunFits fits, FigureChoice choice, CancellationToken cancellationToken)
    {
        FigureSource source = FigureSource.Of(fits, place.Run.ReadManifest());
        ImmutableArray<Figure> figures =
        [
            .. FigureSet.OfFits(choice.Tasks, source, choice.Options),
            .. choice.Curves is null ? [] : FigureSet.OfDecision(choice.Curves, source, choice.Options),
        ];
        foreach (Figure figure in figures)
            figure.Write(place.FiguresPath);
        string[] svgs = [.. figures.Select(figure => File.ReadAllText(Path.Combine(place.FiguresPath, figure.Name + ".svg")))];
        RunAllocation? allocation = choice.Curves is null ? null : place.ReadAllocation();
        RowFindings findings = await RunAnalysis.FindingsAsync(place.Run, fits, cancellationToken);
        await AtomicFile.WriteTextAsync(place.In("report.html"), RunReport.Html(fits, allocation, findings, svgs));
    }
}

/// <summary>What is drawn, and how.</summary>
/// <param name="Tasks">The tasks in figures of the fits.</param>
/// <param name="Curves">What was decided; null without an allocation.</param>
internal sealed record FigureChoice(ImmutableArray<TaskFits> Tasks, DecisionCurves? Curves)
{
    internal FigureOptions Options { get; init; } = new();
}
