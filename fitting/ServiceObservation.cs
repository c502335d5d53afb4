namespace Calibration.Fitting;

/// <summary>One measured service time.</summary>
/// <param name="Cluster">The streamed trace that it was measured on; the points of one trace share their errors.</param>
/// <param name="Tokens">Thinking tokens generated; 0 or more.</param>
/// <param name="Seconds">Service time, in seconds.</param>
public sealed record ServiceObservation(string Cluster, double Tokens, double Seconds);
