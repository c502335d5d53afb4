using System.Collections.Immutable;

namespace Calibration.Endpoint;

/// <summary>What can go wrong with one response.</summary>
public enum EndpointFault
{
    /// <summary>429 with Retry-After.</summary>
    TooManyRequests,

    /// <summary>500 with an error of the server's own.</summary>
    InternalError,

    /// <summary>502 with a proxy's page of HTML.</summary>
    BadGateway,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>504.</summary>
    GatewayTimeout,

    /// <summary>The connection is reset before anything was sent.</summary>
    Reset,

    /// <summary>Nothing is sent for a while, and then the connection is reset.</summary>
    Stall,

    /// <summary>The connection is reset in the middle of the response.</summary>
    Truncated,

    /// <summary>The response ends properly in the middle of its JSON.</summary>
    MalformedJson,

    /// <summary>200 with a page of HTML.</summary>
    Html,

    /// <summary>No usage record.</summary>
    NoUsage,

    /// <summary>A usage record that counts other tokens.</summary>
    LyingUsage,

    /// <summary>An empty list of choices.</summary>
    EmptyChoices,

    /// <summary>No finish_reason.</summary>
    NullFinish,

    /// <summary>finish_reason abort.</summary>
    Abort,

    /// <summary>A few bytes of the response are changed, missing or doubled.</summary>
    Mutated,
}

/// <summary>Faults on purpose, drawn for each request that the endpoint receives.</summary>
/// <param name="Share">Share of requests with a fault, in [0, 1].</param>
/// <param name="Seed">Seed of the draws, which go by the order in which requests arrive.</param>
/// <param name="Kinds">The faults, all equally likely.</param>
/// <param name="StallTime">How long a stalled response is silent.</param>
public sealed record FaultMix(double Share, ulong Seed, ImmutableArray<EndpointFault> Kinds, TimeSpan StallTime)
{
    /// <summary>Everything that a harness must get over without a trace in its results.</summary>
    public static ImmutableArray<EndpointFault> Passing { get; } =
    [
        .. Enum.GetValues<EndpointFault>().Where(kind => kind != EndpointFault.Mutated),
    ];
}
