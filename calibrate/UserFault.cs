namespace Calibration.Calibrate;

/// <summary>Something that the user can mend, said in one sentence; ends the command with exit code 2.</summary>
internal sealed class UserFault(string message) : Exception(message);

/// <summary>A run that began and did not end; the message says how it goes on.</summary>
internal sealed class UnfinishedRun(string message, int exitCode) : Exception(message)
{
    /// <summary>Exit code of the command.</summary>
    internal int ExitCode { get; } = exitCode;
}
