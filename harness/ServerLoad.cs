namespace Calibration.Harness;

/// <summary>What a server says of its load.</summary>
/// <param name="Working">Requests that it works on.</param>
/// <param name="Queued">Requests that wait; absent if it does not report them.</param>
internal sealed record ServerLoad(int Working, int? Queued);
