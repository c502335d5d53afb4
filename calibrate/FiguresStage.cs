using Calibration.Report;
using Calibration.Report.Figures;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>From <c>fits.json</c> and <c>allocation.json</c> to the figures.</summary>
internal static class FiguresStage
{
    internal static void Run(RunFolder folder, RunFits fits, RunAllocation allocation)
    {
        AccuracyFigure.Draw(fits, folder.FiguresPath);
        ObjectiveFigure.Draw(allocation, fits.Model, folder.FiguresPath);
        SensitivityFigure.Draw(allocation, fits.Model, folder.FiguresPath);
    }
}
