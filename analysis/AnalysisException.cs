namespace Calibration.Analysis;

/// <summary>The run cannot be analysed as asked; the message says why and what to do. A setting is named in braces.</summary>
public sealed class AnalysisException(string message) : Exception(message);
