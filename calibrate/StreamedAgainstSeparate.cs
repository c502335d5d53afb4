using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>
/// One streamed trace yields the time at every budget; on each task's first problem two budgets are measured again by a
/// request of their own. Their difference says whether the one may stand for the other.
/// </summary>
internal static class StreamedAgainstSeparate
{
    /// <summary>A budget measured both ways on one problem, in seconds of thinking.</summary>
    internal sealed record Pair(string Task, int BudgetTokens, double StreamedS, double SeparateS);

    internal static async Task WriteAsync(RunFolder folder, TextWriter log, CancellationToken cancellationToken)
    {
        List<ServiceSample> samples = await folder.ReadServiceAsync().ToListAsync(cancellationToken);
        foreach (Pair pair in Pairs(samples))
        {
            await log.WriteLineAsync(FormattableString.Invariant(
                $"Latency of {pair.Task} at {pair.BudgetTokens} thinking tokens: {pair.StreamedS:0.0000} s within one streamed trace, {pair.SeparateS:0.0000} s by its own request ({100 * ((pair.SeparateS / pair.StreamedS) - 1):+0.0;-0.0;0.0} %)."));
        }
    }

    /// <summary>Every budget that was measured both ways, in the order of the rows.</summary>
    internal static IEnumerable<Pair> Pairs(IReadOnlyList<ServiceSample> samples) =>
        from separate in samples
        where separate.Status == TrialStatus.Ok && separate.TraceId.EndsWith($"/latency/{separate.BudgetTokens}", StringComparison.Ordinal)
        let streamed = samples.FirstOrDefault(sample => sample.Status == TrialStatus.Ok && sample.BudgetTokens == separate.BudgetTokens && separate.TraceId == $"{sample.TraceId}/{sample.BudgetTokens}")
        where streamed is { ThinkingS: > 0 } && streamed.ThinkingTokens == separate.ThinkingTokens
        select new Pair(separate.Task, separate.BudgetTokens, streamed.ThinkingS, separate.ThinkingS);
}
