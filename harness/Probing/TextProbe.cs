using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Models;
using Calibration.Harness.Transport;

namespace Calibration.Harness.Probing;

/// <summary>A short look at the text road: what its counts show, and what a night on it costs. It cannot enforce a budget exactly.</summary>
/// <param name="session">The model on a server that is asked in text.</param>
/// <param name="problems">A few sample problems.</param>
/// <param name="concurrency">Requests in flight at once where throughput is measured.</param>
/// <param name="clock">Times the requests.</param>
public sealed class TextProbe(TextSession session, ImmutableArray<Problem> problems, int concurrency, TimeProvider clock)
{
    /// <summary>Looks at a server that offers nothing else.</summary>
    /// <param name="missing">Why there is no road of ids.</param>
    /// <param name="cancellationToken">Ends the looking.</param>
    /// <exception cref="EndpointException">The endpoint refused or cannot be read.</exception>
    public async Task<ProbeReport> RunAsync(string missing, CancellationToken cancellationToken)
    {
        TextPrompt prompt = await session.RenderAsync(problems[0].Prompt, cancellationToken);
        RoadCheck text = await CheckAsync(cancellationToken);
        CacheCheck cache = await CheckCacheAsync(cancellationToken);
        (double overhead, double perToken) = await TimeAsync(cancellationToken);
        return new ProbeReport
        {
            Endpoint = session.Facts,
            Profile = session.Profile.Name,
            ReturnsIds = false,
            Roads = [new RoadCheck("ids", true, [], $"not there ({missing.Trim().TrimEnd('.')})", false), text],
            Cache = cache,
            OverheadSeconds = overhead,
            SecondsPerToken = perToken,
            TellsLoad = false,
            TokensTogether = 1,
            LongestClientStall = TimeSpan.Zero,
            RequestsPerSecond = await RateAsync(1),
            TokensPerSecond = TokensOf(await session.GenerateAsync(prompt.Thinking, 32, seed: 1, "probe", stop: null, cancellationToken)) * await RateAsync(32),
            Concurrency = concurrency,
        };

        static int TokensOf(Generation generation) => generation.CompletionTokens ?? 32;

        Task<double> RateAsync(int tokens) => Throughput.RequestsPerSecondAsync(
            concurrency, clock, seed => session.GenerateAsync(prompt.Thinking, tokens, seed, "probe", stop: null, cancellationToken));
    }

    /// <summary>What the server's usage record counts; an early close cannot be overridden.</summary>
    internal async Task<RoadCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var counts = ImmutableArray.CreateBuilder<BudgetCount>();
        string prompt = (await session.RenderAsync(problems[0].Prompt, cancellationToken)).Thinking;
        foreach (int budget in EndpointProbe.Budgets)
        {
            Generation generation = await session.GenerateAsync(prompt, budget, seed: 1, "probe", session.Profile.CloseToken, cancellationToken);
            counts.Add(new BudgetCount(budget, generation.CompletionTokens));
        }

        string verdict = counts.All(count => count.CountedTokens is null) ? "no counts: every trial would be Unverified"
            : counts.All(count => count.CountedTokens == count.BudgetTokens) ? "counted by usage; early closes would be Unverified"
            : counts.All(count => count.CountedTokens <= count.BudgetTokens) ? "ends earlier; such trials would be Unverified"
            : "NOT ENFORCED";
        return new RoadCheck("text", false, counts.ToImmutable(), verdict, false);
    }

    /// <summary>A long prompt twice, one token each, and once more behind a first line of its own, as the latency pass asks; all with several prompts.</summary>
    private async Task<CacheCheck> CheckCacheAsync(CancellationToken cancellationToken)
    {
        string message = string.Join('\n', Enumerable.Repeat(problems[0].Prompt, 4));
        var rounds = new List<CacheCheck>();
        for (int round = 0; round < 3; round++)
        {
            string line = UniquePrefix.Line(), one = await PromptAsync(line), other = await PromptAsync(UniquePrefix.Line());
            TimedGeneration first = await TimedAsync(one), again = await TimedAsync(one), cold = await TimedAsync(other);
            rounds.Add(new CacheCheck(
                first.Generation.PromptTokens,
                first.Seconds,
                again.Seconds,
                cold.Seconds,
                again.Generation.CachedTokens,
                UniquePrefix.ForeignHit(cold.Generation.CachedTokens, TextSession.TemplateTokens(one, line))));
        }

        return CacheCheck.MedianOf(rounds);

        async Task<string> PromptAsync(string unique) => (await session.RenderAsync(unique + message, cancellationToken)).Thinking;

        Task<TimedGeneration> TimedAsync(string prompt) => session.PatientlyAsync(
            (_, cancelled) => session.GenerateTimedAsync(prompt, 1, seed: 1, "probe", clock, cancelled), cancellationToken);
    }

    private async Task<(double Overhead, double PerToken)> TimeAsync(CancellationToken cancellationToken)
    {
        TextPrompt prompt = await session.RenderAsync(UniquePrefix.Line() + problems[0].Prompt, cancellationToken);
        TimedGeneration answer = await session.GenerateTimedAsync(
            prompt.NoThinking + problems[0].AnswerCue, problems[0].AnswerTokenLimit, seed: 1, "probe", clock, cancellationToken);
        ImmutableArray<TimedGeneration> chunks = await session.StreamTimedAsync(prompt.Thinking, EndpointProbe.LongestBudget, seed: 1, "probe", clock, cancellationToken);
        ImmutableArray<double> written = [.. chunks.Where(chunk => chunk.Generation.Text.Length > 0).Select(chunk => chunk.Seconds)];
        int tokens = chunks.Select(chunk => chunk.Generation.CompletionTokens).LastOrDefault(count => count is not null) ?? written.Length;
        return tokens > 1 && written.Length > 0
            ? (answer.Seconds, written.Length > 1 ? (written[^1] - written[0]) / (tokens - 1) : written[0] / tokens)
            : throw new EndpointException($"{session.Facts.Url} ended thinking at once, though {EndpointProbe.LongestBudget} tokens were asked of it: no budget is enforced there.");
    }
}
