using Calibration.Analysis;
using Calibration.Analysis.Findings;
using Calibration.Report;
using Calibration.Report.Figures;
using Calibration.Results;

namespace Calibration.Calibrate.Stages;

/// <summary>From <c>fits.json</c> and <c>allocation.json</c> to the figures, and with the run's rows to the report.</summary>
internal static class FiguresStage
{
    private static readonly string[] Figures = ["fig2.svg", "fig3.svg", "fig4.svg"];

    internal static async Task RunAsync(PointFolder place, RunFits fits, RunAllocation? allocation, CancellationToken cancellationToken)
    {
        AccuracyFigure.Draw(fits, place.FiguresPath);
        if (allocation is not null)
        {
            ObjectiveFigure.Draw(allocation, fits.Model, place.FiguresPath);
            SensitivityFigure.Draw(allocation, fits.Model, place.FiguresPath);
        }

        string[] svgs = [.. Figures.Take(allocation is null ? 1 : Figures.Length).Select(name => File.ReadAllText(Path.Combine(place.FiguresPath, name)))];
        RowFindings findings = await FindingsAsync(place.Run, cancellationToken);
        await AtomicFile.WriteTextAsync(place.In("report.html"), RunReport.Html(fits, allocation, findings, svgs));
    }

    /// <summary>Of each trace only one position is kept: a night's ids are gigabytes.</summary>
    private static async Task<RowFindings> FindingsAsync(RunFolder folder, CancellationToken cancellationToken)
    {
        var lengthenedFrom = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (Trace trace in folder.ReadTracesAsync().WithCancellation(cancellationToken))
        {
            if (LengthenedThinking.FirstAt(trace) is { } position)
                lengthenedFrom[trace.TraceId] = position;
        }

        // What the model wrote says nothing here, and is most of a row.
        IAsyncEnumerable<Trial> graded = folder.ReadTrialsAsync().Select(trial => trial with { Response = "", Answer = "", Gold = "", Reason = "" });
        return RowFindings.Of(await folder.ReadServiceAsync().ToListAsync(cancellationToken), await graded.ToListAsync(cancellationToken), lengthenedFrom);
    }
}
