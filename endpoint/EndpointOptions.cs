using System.Collections.Immutable;
using Calibration.Datasets;

namespace Calibration.Endpoint;

/// <summary>What the embedded endpoint serves and how.</summary>
public sealed record EndpointOptions
{
    /// <summary>The problems it knows the answers of.</summary>
    public required ImmutableArray<Problem> Problems { get; init; }

    /// <summary>Seed of its draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether requests really take their service time; otherwise only the simulated clock does.</summary>
    public bool Paced { get; init; }

    /// <summary>Name of the model it claims to serve.</summary>
    public string Model { get; init; } = "simulated-qwen3-8b";

    /// <summary>Most tokens of prompt and output together.</summary>
    public int ContextTokens { get; init; } = 40_960;

    /// <summary>Loopback port; 0 takes a free one.</summary>
    public int Port { get; init; }
}
