using System.Text.Json.Serialization;
using Calibration.Results.Json;

namespace Calibration.Results;

/// <summary>The service time of one request on an otherwise idle server. A row of <c>service.parquet</c>.</summary>
public sealed record ServiceSample
{
    /// <summary>Task name, such as <c>gsm8k</c>.</summary>
    [JsonConverter(typeof(InternedTextConverter))]
    public required string Task { get; init; }

    /// <summary>The problem's id within its task.</summary>
    [JsonConverter(typeof(InternedTextConverter))]
    public required string ProblemId { get; init; }

    /// <summary>The trace whose stream was timed; samples of one trace are correlated.</summary>
    public required string TraceId { get; init; }

    /// <summary>The enforced budget ℓ in thinking tokens.</summary>
    public required int BudgetTokens { get; init; }

    /// <summary>Thinking tokens really generated.</summary>
    public required int ThinkingTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public required int AnswerTokens { get; init; }

    /// <summary>Seconds from sending the request to its first token.</summary>
    public required double TimeToFirstTokenS { get; init; }

    /// <summary>Seconds from sending the request to the ℓ-th thinking token; 0 without thinking.</summary>
    public required double ThinkingS { get; init; }

    /// <summary>Seconds of thinking and the answer after it.</summary>
    public required double ServiceS { get; init; }

    /// <summary>Whose clock the times are from.</summary>
    public required ServiceSource ServiceSource { get; init; }

    /// <summary>Prompt tokens that the server took from a prefix cache filled by other requests; absent where it does not say.</summary>
    public int? CachedTokens { get; init; }

    /// <summary>
    /// Recomputed tokens: tokens of its own prompt and thinking that the answer's request computed again, within
    /// <see cref="ServiceS"/>, because the
    /// server did not find them in its prefix cache; absent without thinking, and where it does not say.
    /// </summary>
    public int? AnswerRecomputedTokens { get; init; }

    /// <summary>The server's own seconds for the same work; absent where it gives none.</summary>
    public double? ServerS { get; init; }

    /// <summary>
    /// The same sample, suspect for a reason: it may not be the server's time. One that was excluded before keeps its own reason.
    /// </summary>
    public ServiceSample AsSuspect(string reason) =>
        Status == TrialStatus.Ok ? this with { Status = TrialStatus.Unverified, Reason = reason } : this;

    /// <summary>Whether the sample is usable.</summary>
    public required TrialStatus Status { get; init; }

    /// <summary>Why the status is not <see cref="TrialStatus.Ok"/>; empty otherwise.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>Whose clock a service time was read from.</summary>
public enum ServiceSource
{
    /// <summary>The client's monotonic clock.</summary>
    Client,

    /// <summary>The simulated clock of the embedded endpoint: no time passed.</summary>
    Simulated,
}
