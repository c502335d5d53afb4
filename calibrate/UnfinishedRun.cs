namespace Calibration.Calibrate;

/// <summary>A run that began and did not end; the message says how it goes on.</summary>
internal sealed class UnfinishedRun(string message, int exitCode) : Exception(message)
{
    /// <summary>Exit code of the command.</summary>
    internal int ExitCode { get; } = exitCode;
}
