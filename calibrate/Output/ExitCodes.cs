using Calibration.Analysis;

namespace Calibration.Calibrate.Output;

/// <summary>What the process says of its end to scripts.</summary>
internal static class ExitCodes
{
    internal const int Failed = 1;

    internal const int WrongInput = 2;

    /// <summary>Done, but without a task of which too many trials are missing.</summary>
    internal const int MissingData = 3;

    internal static int Of(RunFits fits) => fits.Tasks.Any(task => task.IsMissingData) ? MissingData : 0;
}
