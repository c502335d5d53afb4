namespace Calibration.Harness.Transport;

/// <summary>How an endpoint is asked. No record: its text would hold the key.</summary>
/// <param name="policy">How long the endpoint is waited for, and how often it is asked again.</param>
/// <param name="clock">Times requests and waits.</param>
/// <param name="jitter">Numbers in [0, 1) that spread the waits, so that clients do not come back together.</param>
public sealed class EndpointClientOptions(RetryPolicy policy, TimeProvider clock, Func<double> jitter)
{
    /// <summary>How long the endpoint is waited for, and how often it is asked again.</summary>
    public RetryPolicy Policy { get; } = policy;

    /// <summary>Times requests and waits.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>Numbers in [0, 1) that spread the waits, so that clients do not come back together.</summary>
    public Func<double> Jitter { get; } = jitter;

    /// <summary>Bearer key; absent where the server wants none. Never logged.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Maximum number of requests in flight.</summary>
    public int Concurrency { get; init; } = 1024;

    /// <summary>What carries the requests; absent for sockets.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>What a user should know of the endpoint's coming and going.</summary>
    public IProgress<string>? Notices { get; init; }
}
