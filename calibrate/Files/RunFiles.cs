using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Curves;
using Calibration.Calibrate.Settings;
using Calibration.Datasets;
using Calibration.Harness.Servers;
using Calibration.Report;
using Calibration.Report.Figures;
using Calibration.Report.Methods;
using Calibration.Report.Page;
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

    /// <summary>All figures with their data and captions.</summary>
    internal static void WriteFigures(PointFolder place, RunFits fits, RunAllocation? allocation) => WriteFigures(
        place, fits, new FigureChoice(fits.Tasks, allocation is null ? null : DecisionCurves.Of(allocation)));

    /// <summary>The figures that were chosen.</summary>
    internal static void WriteFigures(PointFolder place, RunFits fits, FigureChoice choice)
    {
        foreach (Figure figure in FiguresOf(place, fits, choice))
            figure.Write(place.FiguresPath);
    }

    /// <summary>The report, and its path.</summary>
    internal static async Task<string> WriteReportAsync(PointFolder place, CancellationToken cancellationToken)
    {
        (RunFits fits, RunAllocation? allocation) = RunAnalysis.Read(place);
        string workload = place.In("workload.json"), path = place.In("report.html");
        var content = new PageContent(place.Run.ReadManifest(), fits)
        {
            Allocation = allocation is null ? null : allocation with
            {
                Warnings = [.. allocation.Warnings.Select(warning => warning with { Text = OptionNames.In(warning.Text) })],
            },
            Findings = await RunAnalysis.FindingsAsync(place.Run, fits, cancellationToken),
            Figures = FiguresOf(
                place, fits, new FigureChoice(fits.Tasks, allocation is null ? null : DecisionCurves.Of(allocation))),
            Workload = File.Exists(workload) ? await File.ReadAllTextAsync(workload, cancellationToken) : null,
        };
        await AtomicFile.WriteTextAsync(path, RunReport.Html(content));
        return path;
    }

    private static ImmutableArray<Figure> FiguresOf(PointFolder place, RunFits fits, FigureChoice choice)
    {
        FigureSource source = FigureSource.Of(fits, place.Run.ReadManifest());
        return
        [
            .. FigureSet.OfFits(choice.Tasks, source, choice.Options),
            .. choice.Curves is null ? [] : FigureSet.OfDecision(choice.Curves, source, choice.Options),
        ];
    }
}

/// <summary>What is drawn, and how.</summary>
/// <param name="Tasks">The tasks in figures of the fits.</param>
/// <param name="Curves">What was decided; null without an allocation.</param>
internal sealed record FigureChoice(ImmutableArray<TaskFits> Tasks, DecisionCurves? Curves)
{
    internal FigureOptions Options { get; init; } = new();
}
