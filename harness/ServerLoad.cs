namespace Calibration.Harness;

/// <summary>What a server says of its load.</summary>
/// <param name="Working">Requests that it works on.</param>
/// <param name="Queued">Requests that wait for that; absent where it does not tell.</param>
internal sealed record ServerLoad(int Working, int? Queued);
