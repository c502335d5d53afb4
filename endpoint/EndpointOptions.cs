using System.Collections.Immutable;
using Calibration.Datasets;

namespace Calibration.Endpoint;

/// <summary>What the embedded endpoint serves and how.</summary>
public sealed record EndpointOptions
{
    /// <summary>The problems it knows the answers of.</summary>
    public required ImmutableArray<Problem> Problems { get; init; }

    /// <summary>What the simulated model can do; null: the numbers of the paper's Table I.</summary>
    public EndpointTruth? Truth { get; init; }

    /// <summary>Seed of its draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether requests really take their service time; otherwise only the simulated clock does.</summary>
    public bool Paced { get; init; }

    /// <summary>Name of the model it claims to serve.</summary>
    public string Model { get; init; } = "simulated-qwen3-8b";

    /// <summary>Maximum number of tokens of prompt and output together.</summary>
    public int ContextTokens { get; init; } = 40_960;

    /// <summary>The context that it reports, if not the true one; null reports the true one.</summary>
    public int? ReportedContextTokens { get; init; }

    /// <summary>
    /// Whether it passes for vLLM 0.32.0: its names, fields and prefix cache, and no word of being a simulation. For tests of the
    /// harness; it should then be paced.
    /// </summary>
    public bool AsVllm { get; init; }

    /// <summary>
    /// Maximum number of tokens of one response; longer ones are truncated silently, as some providers do. No limit by default.
    /// </summary>
    public int OutputLimit { get; init; } = int.MaxValue;

    /// <summary>Requests that it works on at once; the default is no such limit.</summary>
    public int Slots { get; init; } = int.MaxValue;

    /// <summary>Requests that may wait for a slot; more are refused with 429.</summary>
    public int QueueLimit { get; init; } = int.MaxValue;

    /// <summary>Minimum time that a request really takes once it has a slot.</summary>
    public TimeSpan MinServiceTime { get; init; }

    /// <summary>
    /// Tokens per second that all running requests share equally, in real time. Null: every request has its task's own speed, whatever else
    /// is running.
    /// </summary>
    public double? TotalTokensPerSecond { get; init; }

    /// <summary>Whether requests really take time, so that the endpoint has times of its own to report.</summary>
    internal bool IsRealTime => Paced || TotalTokensPerSecond is not null;

    /// <summary>Time that every request takes before its first token, whatever is asked; only where requests really take time.</summary>
    public TimeSpan FixedTime { get; init; }

    /// <summary>
    /// Whether a repeated request gets another thinking and another answer, as on a GPU, where the rest of a batch changes the rounding.
    /// </summary>
    public bool Unrepeatable { get; init; }

    /// <summary>Faults on purpose; null for none.</summary>
    public FaultMix? Faults { get; init; }

    /// <summary>Where every served request is written down with the endpoint's own times.</summary>
    public IProgress<ServedRequest>? Log { get; init; }

    /// <summary>Loopback port; 0 takes a free one.</summary>
    public int Port { get; init; }
}
