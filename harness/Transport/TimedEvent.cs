namespace Calibration.Harness.Transport;

/// <summary>What a server sent at once, and when it came.</summary>
/// <param name="Data">The bytes.</param>
/// <param name="Seconds">Seconds from sending the request.</param>
internal readonly record struct TimedEvent(ReadOnlyMemory<byte> Data, double Seconds);
