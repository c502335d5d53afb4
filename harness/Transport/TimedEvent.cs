namespace Calibration.Harness.Transport;

/// <summary>What a server sent at once, and when it came.</summary>
/// <param name="Data">The bytes.</param>
/// <param name="Seconds">Seconds from sending the request.</param>
internal readonly record struct TimedEvent(ReadOnlyMemory<byte> Data, double Seconds);

/// <summary>A generation, or a part of one, and when it came.</summary>
/// <param name="Generation">What was generated.</param>
/// <param name="Seconds">Seconds from sending the request by the client's clock, or by the simulated one where there is one.</param>
internal sealed record TimedGeneration(Generation Generation, double Seconds);
