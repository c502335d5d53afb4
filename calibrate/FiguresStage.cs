using Calibration.Report;
using Calibration.Report.Figures;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>From <c>fits.json</c> and <c>allocation.json</c> to the figures.</summary>
internal static class FiguresStage
{
    private static readonly string[] Figures = ["fig2.svg", "fig3.svg", "fig4.svg"];

    internal static async Task RunAsync(RunFolder folder, RunFits fits, RunAllocation allocation)
    {
        AccuracyFigure.Draw(fits, folder.FiguresPath);
        ObjectiveFigure.Draw(allocation, fits.Model, folder.FiguresPath);
        SensitivityFigure.Draw(allocation, fits.Model, folder.FiguresPath);
        string[] svgs = [.. Figures.Select(name => File.ReadAllText(Path.Combine(folder.FiguresPath, name)))];
        await AtomicFile.WriteTextAsync(folder.In("report.html"), RunReport.Html(fits, allocation, svgs));
    }
}
