using System.Collections.Immutable;
using System.Globalization;
using Calibration.Results;

namespace Calibration.Analysis.Findings;

/// <summary>
/// A budget whose service time was measured on one problem both ways: within the streamed trace that yields the time at every budget,
/// and by requests of its own. The difference says whether the one may stand for the other.
/// </summary>
/// <param name="Task">Task name in files.</param>
/// <param name="BudgetTokens">The budget ℓ.</param>
/// <param name="Streamed">The sample within the trace.</param>
/// <param name="Separate">The sample by itself.</param>
public sealed record LatencyDifference(string Task, int BudgetTokens, ServiceSample Streamed, ServiceSample Separate)
{
    private const double LargePercent = 20;
    private const double LargeSeconds = 0.1;

    /// <summary>How much longer thinking took by itself, in percent of the time within the trace.</summary>
    public double ThinkingPercent => 100 * ((Separate.ThinkingS / Streamed.ThinkingS) - 1);

    /// <summary>The same for the whole service time, the answer included.</summary>
    public double ServicePercent => 100 * ((Separate.ServiceS / Streamed.ServiceS) - 1);

    /// <summary>Whether the two cannot both be right: more apart than a fifth, and than a machine stalls.</summary>
    public bool IsLarge => Math.Abs(ThinkingPercent) > LargePercent && Math.Abs(Separate.ThinkingS - Streamed.ThinkingS) > LargeSeconds;

    /// <summary>The difference in words.</summary>
    public string Sentence
    {
        get
        {
            string times = FormattableString.Invariant(
                $"{Streamed.ThinkingS:0.0000} s within one streamed trace, {Separate.ThinkingS:0.0000} s");
            string advice = IsLarge
                ? " One of them is not the server's time: run calibrate probe to see why, then calibrate run --resume RUN --redo-latency."
                : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"Latency of {Task} at {BudgetTokens} thinking tokens: {times} by its own request ({ThinkingPercent:+0.0;-0.0;0.0} "
                    + $"%).{advice}");
        }
    }

    /// <summary>The large differences in words, and the others in one sentence; nothing where nothing was measured both ways.</summary>
    public static IEnumerable<string> Sentences(IReadOnlyList<ServiceSample> samples)
    {
        ImmutableArray<LatencyDifference> all = Of(samples);
        foreach (LatencyDifference large in all.Where(difference => difference.IsLarge))
            yield return large.Sentence;
        double[] small = [.. all.Where(difference => !difference.IsLarge).Select(difference => difference.ThinkingPercent)];
        if (small.Length > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Thinking times from one streamed trace were checked by separate requests {small.Length} times: they differ by "
                    + $"{small.Min():+0.0;-0.0;0.0} to {small.Max():+0.0;-0.0;0.0} %.");
        }
    }

    /// <summary>Every budget that was measured both ways with the same number of tokens, in the order of the rows.</summary>
    public static ImmutableArray<LatencyDifference> Of(IReadOnlyList<ServiceSample> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ServiceSample[] usable = [.. samples.Where(sample => sample is { Status: TrialStatus.Ok, ThinkingS: > 0 })];
        ILookup<(string TraceId, int BudgetTokens), ServiceSample> streamed = usable.ToLookup(sample =>
            (sample.TraceId, sample.BudgetTokens));
        return
        [
            .. from separate in usable
               let own = FormattableString.Invariant($"/{separate.BudgetTokens}")
               where separate.TraceId.EndsWith("/latency" + own, StringComparison.Ordinal)
               from within in streamed[(separate.TraceId[..^own.Length], separate.BudgetTokens)].Take(1)
               where within.ThinkingTokens == separate.ThinkingTokens
               select new LatencyDifference(separate.Task, separate.BudgetTokens, within, separate),
        ];
    }
}
