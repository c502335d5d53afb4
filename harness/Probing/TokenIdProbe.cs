using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Forecasting;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Probing;

/// <summary>A short look at an endpoint by token ids.</summary>
/// <param name="client">The endpoint.</param>
/// <param name="forcing">The model on it.</param>
/// <param name="plan">How it is looked at.</param>
internal sealed class TokenIdProbe(EndpointClient client, TokenIdForcing forcing, ProbePlan plan)
{
    private const int LongestBudget = ProbePlan.LongestBudget;

    /// <summary>How often times are taken; their medians count.</summary>
    private const int Rounds = 3;

    /// <summary>How often streams are looked at while tokens arrive together in every one.</summary>
    private const int MaxRounds = 6;

    /// <summary>Looks.</summary>
    /// <exception cref="EndpointException">The endpoint refused or cannot be read.</exception>
    internal async Task<ProbeReport> RunAsync(CancellationToken cancellationToken)
    {
        var asked = new List<AskedProblem>();
        foreach (Problem problem in plan.Problems)
            asked.Add(await forcing.AskAsync(problem, cancellationToken));
        await forcing.RefuseBeyondContextAsync(asked[0], LongestBudget, cancellationToken);
        Generation first = await forcing.Requests.GenerateAsync(Request(asked[0], 8, ThinkingEndHandling.Mask), cancellationToken);
        using var stalls = new ClientStalls();
        CacheCheck cache = await CheckCacheAsync(cancellationToken);
        (double overhead, double perToken, int together) = await TimeAsync(asked[0], cancellationToken);
        TimeSpan longestStall = stalls.Longest;
        ImmutableArray<FormatCheck> formats =
        [
            await EnforceAsync(asked, BudgetSemantics.Exact, cancellationToken),
            await EnforceAsync(asked, BudgetSemantics.Cap, cancellationToken),
            await MaskAsync(asked, cancellationToken),
            await TextAsync(cancellationToken),
            .. await new NativeBudget(client, forcing).CheckAsync(asked[0], cancellationToken),
        ];
        return new ProbeReport
        {
            Endpoint = forcing.Facts,
            Caveat = forcing.Server.Caveat,
            Profile = forcing.Profile.Name,
            ReturnsIds = first.TokenIds.Length > 0,
            Formats = formats,
            Cache = cache,
            OverheadSeconds = overhead,
            SecondsPerToken = perToken,
            TellsLoad = await forcing.Requests.ReportsLoadAsync(cancellationToken),
            TokensTogether = together,
            LongestClientStall = longestStall,
            RequestsPerSecond = await ClosedLoop.RequestsPerSecondAsync(
                plan.Concurrency,
                client.Clock,
                (seed, cancelled) => forcing.Requests.GenerateAsync(
                    Request(asked[0], 1, ThinkingEndHandling.Mask) with { Seed = seed }, cancelled),
                cancellationToken),
            Concurrency = plan.Concurrency,
        };
    }

    private async Task<FormatCheck> EnforceAsync(List<AskedProblem> asked, BudgetSemantics semantics, CancellationToken cancellationToken)
    {
        var counts = ImmutableArray.CreateBuilder<BudgetCount>();
        bool kept = true;
        int closed = 0;
        int cues = 0;
        foreach ((AskedProblem problem, int index) in asked.Select((problem, index) => (problem, index)))
        {
            foreach (int budget in ProbePlan.Budgets)
            {
                var group = new TrialGroup(new ProblemRun(1, problem.Problem.Task, problem.Problem.Id, index), "probe");
                Trace trace = await new TokenIdThinking(forcing.Under(semantics), problem, group).GenerateAsync(budget, cancellationToken);
                counts.Add(new BudgetCount(budget, trace.TokenIds.Length));
                kept &= trace.TokenIds.Length == budget || trace.ClosedByModel;
                closed += trace.ClosedByModel ? 1 : 0;
                cues += trace.CuePositions.Length;
            }
        }

        bool exact = counts.All(count => count.CountedTokens == count.BudgetTokens);
        return semantics == BudgetSemantics.Exact
            ? new FormatCheck(
                "ids, exact", true, counts.ToImmutable(), exact ? $"exact ({cues} early ends overridden)" : "NOT ENFORCED", exact)
            : new FormatCheck(
                "ids, cap",
                false,
                counts.ToImmutable(),
                kept ? $"kept ({closed} ended by the model before the budget)" : "NOT ENFORCED",
                exact);
    }

    /// <summary>As the latency pass generates: one request, nothing may end it.</summary>
    private async Task<FormatCheck> MaskAsync(List<AskedProblem> asked, CancellationToken cancellationToken)
    {
        var counts = ImmutableArray.CreateBuilder<BudgetCount>();
        foreach (AskedProblem problem in asked)
        {
            Generation generation = await forcing.Requests.GenerateAsync(
                Request(problem, LongestBudget, ThinkingEndHandling.Mask), cancellationToken);
            counts.Add(new BudgetCount(LongestBudget, forcing.Form.EndOfThinking(generation.TokenIds)));
        }

        bool exact = counts.All(count => count.CountedTokens == count.BudgetTokens);
        return new FormatCheck(
            "token ids, one request, end-of-thinking token masked", false, counts.ToImmutable(), exact ? "exact" : "NOT ENFORCED", exact);
    }

    /// <summary>Text mode beside the other; that it cannot be used says nothing of that one.</summary>
    private async Task<FormatCheck> TextAsync(CancellationToken cancellationToken)
    {
        try
        {
            ForcingOptions options = new()
            {
                PromptFormat = PromptFormat.Text,
                Model = forcing.Facts.Model,
                ContextTokens = forcing.Facts.ContextTokens,
            };
            return await new TextProbe(await TextForcing.OpenAsync(client, options, cancellationToken), plan, client.Clock).CheckAsync(
                cancellationToken);
        }
        catch (EndpointException fault)
        {
            return new FormatCheck("text", false, [], $"not there ({fault.Message.Trim().TrimEnd('.')})", false);
        }
    }

    /// <summary>
    /// A long prompt three times over, one token each: cold, cache allowed, cache forbidden; and all of it with several prompts, because
    /// one stall of client or server must not decide.
    /// </summary>
    private async Task<CacheCheck> CheckCacheAsync(CancellationToken cancellationToken)
    {
        var rounds = new List<CacheCheck>();
        for (int round = 0; round < Rounds; round++)
            rounds.Add(await CheckCacheOnceAsync(cancellationToken));
        return CacheCheck.MedianOf(rounds);
    }

    private async Task<CacheCheck> CheckCacheOnceAsync(CancellationToken cancellationToken)
    {
        AskedProblem one = await AskAsync(), other = forcing.Requests.NeedsUniquePrefix ? await AskAsync() : one;
        (double first, _) = await TimedAsync(one, PrefixCache.Shared);
        (double again, int? hit) = await TimedAsync(one, PrefixCache.Shared);
        (double cold, int? coldHit) = await TimedAsync(other, PrefixCache.Cold);
        if (forcing.Requests.NeedsUniquePrefix)
            coldHit = UniquePrefix.ForeignHit(coldHit, one.ThinkingPrompt.CommonTokens(other.ThinkingPrompt));
        return new CacheCheck(PromptOf(one).Length, first, again, cold, hit, coldHit);

        Task<AskedProblem> AskAsync()
        {
            string message = UniquePrefix.Line() + string.Join('\n', Enumerable.Repeat(plan.Problems[0].Prompt, 4));
            return forcing.AskAsync(plan.Problems[0] with { Prompt = message }, cancellationToken);
        }

        ReadOnlyMemory<int> PromptOf(AskedProblem asked) =>
            asked.ThinkingPrompt.Ids[..Math.Min(asked.ThinkingPrompt.Length, forcing.Facts.ContextTokens - 64)];

        async Task<(double Seconds, int? Hit)> TimedAsync(AskedProblem asked, PrefixCache cache)
        {
            GenerationRequest request = Request(asked, 1, ThinkingEndHandling.Mask) with
            {
                Prompt = [PromptOf(asked)],
                Cache = cache,
                CacheSalt = NewSalt(),
            };
            TimedGeneration timed = await TimeAsync(request, cancellationToken);
            return (timed.Generation.SimulatedSeconds ?? timed.Generation.ServerSeconds ?? timed.Seconds, timed.Generation.CachedTokens);
        }
    }

    private Task<TimedGeneration> TimeAsync(GenerationRequest request, CancellationToken cancellationToken) =>
        forcing.Requests.RetryAsync((_, cancelled) => forcing.Requests.TimeOnceAsync(request, client.Clock, cancelled), cancellationToken);

    /// <summary>
    /// Answers and streams, several of each after one that warms up. Tokens that arrive together count only where they do in every stream:
    /// a gateway that buffers does it always, a client that is short of processor time does not.
    /// </summary>
    private async Task<(double Overhead, double PerToken, int Together)> TimeAsync(AskedProblem asked, CancellationToken cancellationToken)
    {
        var group = new TrialGroup(new ProblemRun(1, asked.Problem.Task, asked.Problem.Id, -1), "probe");
        var perToken = new List<double>();
        var overhead = new List<double>();
        int together = int.MaxValue;
        for (int round = 0; round <= Rounds || (together > 1 && round <= MaxRounds); round++)
        {
            var thinking = new TimedThinking(asked, group, LongestBudget, NewSalt());
            TimedTrace timed = await forcing.Requests.RetryAsync(
                (_, cancelled) => forcing.TimeTraceAsync(thinking, ThinkingEndHandling.Mask, client.Clock, cancelled), cancellationToken);
            ImmutableArray<double> secondsAt = timed.Times.SecondsAt;
            int last = secondsAt.Length - 1;
            if (last < 0)
            {
                throw new EndpointException(
                    $"{forcing.Requests.Uri} ended thinking at once, although {LongestBudget} tokens were requested: "
                + "it enforces no budget.");
            }

            GenerationRequest answer = Request(asked, asked.Problem.AnswerTokenLimit, ThinkingEndHandling.Ignore) with
            {
                Prompt = asked.AnswerPrompt(null, 0),
                Cache = PrefixCache.Cold,
                CacheSalt = NewSalt(),
            };
            TimedGeneration alone = await TimeAsync(answer, cancellationToken);
            if (round == 0)
                continue;
            perToken.Add((secondsAt[last] - secondsAt[last / 4]) / Math.Max(1, last - (last / 4)));
            overhead.Add(alone.Seconds);
            together = Math.Min(together, timed.Times.TokensTogether);
        }

        return (CacheCheck.MedianOf(overhead), CacheCheck.MedianOf(perToken), together);
    }

    private static string NewSalt() => Guid.NewGuid().ToString("N");

    private static GenerationRequest Request(AskedProblem asked, int tokens, ThinkingEndHandling close) => new()
    {
        Prompt = [asked.ThinkingPrompt],
        MaxTokens = tokens,
        Seed = 1,
        Close = close,
        Group = "probe",
    };
}
