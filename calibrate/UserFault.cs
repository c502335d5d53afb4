namespace Calibration.Calibrate;

/// <summary>Something that the user can mend, said in one sentence; ends the command with exit code 2.</summary>
internal sealed class UserFault(string message) : Exception(message);
