using Calibration.Analysis;
using Calibration.Analysis.Findings;
using Calibration.Report;
using Calibration.Report.Figures;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Calibrate.Files;

/// <summary>The tables, figures and the report of one operating point, as files.</summary>
internal static class RunFiles
{
    private static readonly string[] Figures = ["fig2.svg", "fig3.svg", "fig4.svg"];

    /// <summary>Table I in three forms.</summary>
    internal static async Task WriteTablesAsync(string folder, RunFits fits, RunAllocation? allocation)
    {
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "table1.csv"), Table1.Csv(fits, allocation));
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "table1.md"), Table1.Markdown(fits, allocation));
        await AtomicFile.WriteTextAsync(Path.Combine(folder, "table1.tex"), Table1.Latex(fits, allocation));
    }

    /// <summary>Fig. 2–4, and with the run's rows the report.</summary>
    internal static async Task WriteFiguresAsync(
        PointFolder place, RunFits fits, RunAllocation? allocation, CancellationToken cancellationToken)
    {
        AccuracyFigure.Draw(fits, place.FiguresPath);
        if (allocation is not null)
        {
            ObjectiveFigure.Draw(allocation, fits.Model, place.FiguresPath);
            SensitivityFigure.Draw(allocation, fits.Model, place.FiguresPath);
        }

        IEnumerable<string> drawn = Figures.Take(allocation is null ? 1 : Figures.Length);
        string[] svgs = [.. drawn.Select(name => File.ReadAllText(Path.Combine(place.FiguresPath, name)))];
        RowFindings findings = await RunAnalysis.FindingsAsync(place.Run, fits, cancellationToken);
        await AtomicFile.WriteTextAsync(place.In("report.html"), RunReport.Html(fits, allocation, findings, svgs));
    }
}
