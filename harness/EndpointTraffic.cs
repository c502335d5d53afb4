namespace Calibration.Harness;

/// <summary>What passes between client and endpoint.</summary>
/// <param name="InFlight">Requests in flight now.</param>
/// <param name="Limit">Requests that may be in flight now.</param>
/// <param name="Resent">Requests that were sent again so far.</param>
/// <param name="WastedTokens">Tokens that were generated and not used so far; of requests that were abandoned, an estimate by the server's
/// speed.</param>
public readonly record struct EndpointTraffic(int InFlight, int Limit, long Resent, long WastedTokens)
{
    /// <summary>Why a request was last sent again, in one sentence; null where none was.</summary>
    public string? ResentBecause { get; init; }

    /// <summary>The same of several endpoints together.</summary>
    public static EndpointTraffic operator +(EndpointTraffic left, EndpointTraffic right) => new(
        left.InFlight + right.InFlight, left.Limit + right.Limit, left.Resent + right.Resent, left.WastedTokens + right.WastedTokens)
    {
        ResentBecause = left.ResentBecause ?? right.ResentBecause,
    };

    /// <summary>The same as <c>+</c>.</summary>
    public static EndpointTraffic Add(EndpointTraffic left, EndpointTraffic right) => left + right;
}
