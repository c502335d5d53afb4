using System.Collections.Immutable;
using Calibration.Harness.Forcing;
using Calibration.Harness.Forecasting;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Probing;

/// <summary>A short look by text: what its counts show, and what an overnight run costs. It cannot enforce a budget exactly.</summary>
/// <param name="forcing">The model on a server that is asked in text.</param>
/// <param name="plan">How it is looked at.</param>
/// <param name="clock">Times the requests.</param>
internal sealed class TextProbe(TextForcing forcing, ProbePlan plan, TimeProvider clock)
{
    /// <summary>Looks at a server that offers nothing else.</summary>
    /// <param name="missing">Why there are no token ids.</param>
    /// <param name="cancellationToken">Ends the looking.</param>
    /// <exception cref="EndpointException">The endpoint refused or cannot be read.</exception>
    internal async Task<ProbeReport> RunAsync(string missing, CancellationToken cancellationToken)
    {
        AskedProblem asked = await forcing.AskAsync(plan.Problems[0], cancellationToken);
        FormatCheck text = await CheckAsync(cancellationToken);
        CacheCheck cache = await CheckCacheAsync(cancellationToken);
        (double overhead, double perToken) = await TimeAsync(cancellationToken);
        return new ProbeReport
        {
            Endpoint = forcing.Facts,
            Profile = forcing.Profile.Name,
            ReturnsIds = false,
            Formats = [new FormatCheck("ids", true, [], $"not there ({missing.Trim().TrimEnd('.')})", false), text],
            Cache = cache,
            OverheadSeconds = overhead,
            SecondsPerToken = perToken,
            TellsLoad = await forcing.Requests.ReportsLoadAsync(cancellationToken),
            TokensTogether = 1,
            LongestClientStall = TimeSpan.Zero,
            RequestsPerSecond = await ClosedLoop.RequestsPerSecondAsync(
                plan.Concurrency,
                clock,
                (seed, cancelled) => forcing.Requests.GenerateAsync(
                    Request(asked, 1, ThinkingEndHandling.Ignore) with { Seed = seed }, cancelled),
                cancellationToken),
            Concurrency = plan.Concurrency,
        };
    }

    private static GenerationRequest Request(AskedProblem asked, int tokens, ThinkingEndHandling close) =>
        new() { Prompt = [asked.ThinkingPrompt], MaxTokens = tokens, Seed = 1, Close = close, Group = "probe" };

    /// <summary>What the server's usage record counts; an early end cannot be overridden.</summary>
    internal async Task<FormatCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var counts = ImmutableArray.CreateBuilder<BudgetCount>();
        AskedProblem asked = await forcing.AskAsync(plan.Problems[0], cancellationToken);
        foreach (int budget in ProbePlan.Budgets)
        {
            Generation generation = await forcing.Requests.GenerateAsync(
                Request(asked, budget, ThinkingEndHandling.Stop), cancellationToken);
            counts.Add(new BudgetCount(budget, generation.CompletionTokens));
        }

        string verdict = counts.All(count => count.CountedTokens is null) ? "no counts: every trial would be Unverified"
            : counts.All(count => count.CountedTokens == count.BudgetTokens) ? "counted by usage; trials that end early would be Unverified"
            : counts.All(count => count.CountedTokens <= count.BudgetTokens) ? "ends earlier; such trials would be Unverified"
            : "NOT ENFORCED";
        return new FormatCheck("text", false, counts.ToImmutable(), verdict, false);
    }

    /// <summary>
    /// A long prompt twice, one token each, and once more behind a first line of its own, as the latency pass asks; all with several
    /// prompts.
    /// </summary>
    private async Task<CacheCheck> CheckCacheAsync(CancellationToken cancellationToken)
    {
        string message = string.Join('\n', Enumerable.Repeat(plan.Problems[0].Prompt, 4));
        var rounds = new List<CacheCheck>();
        for (int round = 0; round < 3; round++)
        {
            AskedProblem one = await UniqueAsync(message, cancellationToken), other = await UniqueAsync(message, cancellationToken);
            TimedGeneration first = await TimedAsync(one), again = await TimedAsync(one), cold = await TimedAsync(other);
            rounds.Add(new CacheCheck(
                first.Generation.PromptTokens,
                first.Seconds,
                again.Seconds,
                cold.Seconds,
                again.Generation.CachedTokens,
                UniquePrefix.ForeignHit(cold.Generation.CachedTokens, one.ThinkingPrompt.CommonTokens(other.ThinkingPrompt))));
        }

        return CacheCheck.MedianOf(rounds);

        Task<TimedGeneration> TimedAsync(AskedProblem asked) => forcing.Requests.RetryAsync(
            (_, cancelled) => forcing.Requests.TimeOnceAsync(Request(asked, 1, ThinkingEndHandling.Ignore), clock, cancelled),
            cancellationToken);
    }

    private Task<AskedProblem> UniqueAsync(string message, CancellationToken cancellationToken) =>
        forcing.AskAsync(UniquePrefix.Before(plan.Problems[0] with { Prompt = message }), cancellationToken);

    private async Task<(double Overhead, double PerToken)> TimeAsync(CancellationToken cancellationToken)
    {
        AskedProblem asked = await UniqueAsync(plan.Problems[0].Prompt, cancellationToken);
        GenerationRequest alone = Request(asked, plan.Problems[0].AnswerTokenLimit, ThinkingEndHandling.Ignore) with
        {
            Prompt = asked.AnswerPrompt(null, 0),
        };
        TimedGeneration answer = await forcing.Requests.TimeOnceAsync(alone, clock, cancellationToken);
        ImmutableArray<TimedGeneration> chunks =
            await forcing.Requests.StreamOnceAsync(
                Request(asked, ProbePlan.LongestBudget, ThinkingEndHandling.Mask), clock, cancellationToken);
        ImmutableArray<double> written = [.. chunks.Where(chunk => chunk.Generation.Text.Length > 0).Select(chunk => chunk.Seconds)];
        int tokens = chunks.Select(chunk => chunk.Generation.CompletionTokens).LastOrDefault(count => count is not null) ?? written.Length;
        return tokens > 1 && written.Length > 0
            ? (answer.Seconds, written.Length > 1 ? (written[^1] - written[0]) / (tokens - 1) : written[0] / tokens)
            : throw new EndpointException(
                $"{forcing.Facts.Url} ended thinking at once, although {ProbePlan.LongestBudget} tokens were requested: it enforces no "
                    + $"budget.");
    }
}
