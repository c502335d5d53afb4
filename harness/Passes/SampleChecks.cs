using System.Globalization;
using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>What speaks against a service time being the server's own; nothing, where nothing is set.</summary>
internal sealed record SampleEvidence
{
    /// <summary>
    /// The server's own seconds, by its first and last token if it reports no others; absent where it gives none.
    /// </summary>
    internal double? ServerSeconds { get; init; }

    /// <summary>The shortest time that the client waited beyond the server's seconds, in a sample of as many requests.</summary>
    internal double? LeastWaitSeconds { get; init; }

    /// <summary>What the arrival of the tokens says against it.</summary>
    internal string? Arrival { get; init; }

    /// <summary>
    /// Tokens after its thinking that the answer's request found in the prefix cache; absent where the server does not say.
    /// </summary>
    internal int? CachedBeyondThinking { get; init; }

    /// <summary>
    /// Prompt tokens that came from a prefix cache which other requests had filled; absent where the server does not say.
    /// </summary>
    internal int? ForeignCachedTokens { get; init; }

    /// <summary>Requests of others that were running on the server; absent where it was idle, or does not say.</summary>
    internal int? OtherRequests { get; init; }
}

/// <summary>The rules by which a service time is suspect: all conclusions from the evidence are drawn here.</summary>
internal static class SampleChecks
{
    /// <summary>Tokens after its thinking that an answer may share with the trace itself, by chance.</summary>
    private const int MaxCachedBeyondThinking = 4;

    /// <summary>The client may wait longer than the least so far by 50 ms + 10 % of the server's seconds.</summary>
    private const double LongerShare = 0.1;
    private const double LongerSeconds = 0.05;

    /// <summary>The sample, marked as suspect with the first reason that there is; one that was excluded before stays as it is.</summary>
    internal static ServiceSample Judge(ServiceSample sample, SampleEvidence evidence)
    {
        string? reason = evidence.Arrival
            ?? CacheOfAnEarlierTry(evidence)
            ?? CacheOfOthers(evidence)
            ?? (evidence.OtherRequests is { } others ? $"{others} other requests were running on the server." : null)
            ?? Waiting(sample, evidence);
        return reason is null ? sample : sample.AsSuspect(reason);
    }

    private static string? CacheOfAnEarlierTry(SampleEvidence evidence) => evidence.CachedBeyondThinking > MaxCachedBeyondThinking
        ? $"{evidence.CachedBeyondThinking} tokens after its thinking were in the prefix cache, from an earlier try."
        : null;

    private static string? CacheOfOthers(SampleEvidence evidence) => evidence.ForeignCachedTokens > 0
        ? $"{evidence.ForeignCachedTokens} prompt tokens came from a prefix cache."
        : null;

    private static string? Waiting(ServiceSample sample, SampleEvidence evidence)
    {
        double? server = evidence.ServerSeconds;
        return sample.ServiceS - server - evidence.LeastWaitSeconds > (LongerShare * server) + LongerSeconds
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The server worked on it for {server:0.000} of its {sample.ServiceS:0.000} s; the rest was waiting (other requests, the "
                    + $"network, or a stalled client).")
            : null;
    }
}

/// <summary>A sample and what speaks against it.</summary>
internal sealed record TimedSample(ServiceSample Sample, SampleEvidence Evidence)
{
    /// <summary>Whether its thinking was counted; without a count it is unverified, however often it is timed.</summary>
    internal bool IsCounted { get; init; } = true;

    /// <summary>The sample by all that is known now.</summary>
    internal ServiceSample Judged => SampleChecks.Judge(Sample, Evidence);
}
