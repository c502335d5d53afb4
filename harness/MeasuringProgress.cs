namespace Calibration.Harness;

/// <summary>How far a pass has come.</summary>
/// <param name="Pass">Name of the pass.</param>
/// <param name="Done">Rows finished.</param>
/// <param name="Total">Rows planned.</param>
/// <param name="ThinkingTokens">Thinking tokens generated so far.</param>
/// <param name="Excluded">Rows that the fits cannot use.</param>
/// <param name="Traffic">What passes between client and endpoints.</param>
public sealed record MeasuringProgress(string Pass, long Done, long Total, long ThinkingTokens, long Excluded, EndpointTraffic Traffic);
