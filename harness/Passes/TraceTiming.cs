using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>Times thinking at its budgets: the thinking in one streamed request, and an answer after each budget.</summary>
internal sealed class TraceTiming(IBudgetForcing forcing, string runId, TimeProvider clock)
{
    /// <summary>Thinking tokens of a warm-up.</summary>
    private const int WarmUpTokens = 8;

    /// <summary>
    /// Warm-ups of a task: the server's first streamed request is slower than the others, and one request is not enough to warm up.
    /// </summary>
    private const int WarmUps = 2;

    /// <summary>Requests for 1 and for 9 tokens by which the fixed cost of a request is measured.</summary>
    private const int OverheadRequests = 10;

    /// <summary>Thinking tokens of the prompt of those requests.</summary>
    private const int OverheadThinkingTokens = 16;

    /// <summary>No other run's requests, an interrupted start of this one included, may hit in the server's prefix cache.</summary>
    private readonly string _salt = $"{runId}/{Guid.NewGuid():N}";

    /// <summary>Kinds of requests of which the server has granted one.</summary>
    private readonly HashSet<string> _granted = new(StringComparer.Ordinal);

    /// <summary>Tokens of the template before a unique first line, where there is one.</summary>
    private int? _templateTokens;

    /// <summary>Typical gaps of the streams that were long enough to have one.</summary>
    private readonly List<double> _gaps = [];

    private long _salts;

    /// <summary>The problem for one cold request, like no other's where the server needs that.</summary>
    internal async Task<AskedProblem> AskAsync(Problem problem, CancellationToken cancellationToken)
    {
        if (!forcing.Requests.NeedsUniquePrefix)
            return await forcing.AskAsync(problem, cancellationToken);
        _templateTokens ??= (await UniqueAsync()).ThinkingPrompt.CommonTokens((await UniqueAsync()).ThinkingPrompt);
        return await UniqueAsync();

        Task<AskedProblem> UniqueAsync() =>
            forcing.AskAsync(UniquePrefix.Before(problem), cancellationToken);
    }

    /// <summary>
    /// Warm-up requests of a task's kinds: responses and streams, whose first ones are slower in server and client.
    /// </summary>
    /// <returns>Their samples, which are not kept.</returns>
    internal async Task<IReadOnlyList<TimedSample>> WarmUpAsync(TimedWork work, CancellationToken cancellationToken)
    {
        var samples = new List<TimedSample>();
        for (int i = 0; i < WarmUps; i++)
        {
            TrialGroup group = work.Group.Apart(FormattableString.Invariant($"warm-up/{i}"));
            samples.Add(await AloneAsync(work.Problem, group, cancellationToken));
            int budget = Math.Min(work.Budgets[^1], WarmUpTokens);
            if (budget > 0)
            {
                TimedThought thinking = await ThinkAsync(work.Problem, group, budget, cancellationToken);
                samples.Add(await AfterAsync(thinking, group, budget, cancellationToken));
            }
        }

        return samples;
    }

    /// <summary>Times thinking at its budgets, or up to where the model ended it.</summary>
    /// <returns>The samples in order, and the thinking where there is some.</returns>
    internal async Task<(IReadOnlyList<TimedSample> Samples, TimedThought? Thinking)> TimeAsync(
        TimedWork work, CancellationToken cancellationToken)
    {
        TimedThought? thinking = work.Budgets[^1] > 0
            ? await ThinkAsync(work.Problem, work.Group, work.Budgets[^1], cancellationToken)
            : null;
        if (thinking?.Times?.TypicalGap is { } gap)
            _gaps.Add(gap);
        int ended = thinking is { Thought: { ClosedByModel: true, Tokens: { } tokens } } ? tokens : int.MaxValue;
        var samples = new List<TimedSample>();

        // From the longest down: llama.cpp forgets what of the trace lies beyond an answer's prompt.
        foreach (int budget in work.Budgets.Where((_, index) => index == 0 || work.Budgets[index - 1] < ended).Reverse())
        {
            TimedSample timed = budget == 0 || thinking is null
                ? await AloneAsync(work.Problem, work.Group, cancellationToken)
                : await AfterAsync(thinking, work.Group, budget, cancellationToken);
            SampleEvidence evidence = timed.Evidence with { ForeignCachedTokens = ForeignHit(timed.Sample.CachedTokens) };
            samples.Insert(0, timed with { Evidence = evidence });
        }

        return (samples, thinking);
    }

    /// <summary>
    /// The fixed cost O of a request: with its prompt cached, requests for 1 and for 9 tokens in turns. The prompt is that of a trace and
    /// some of its thinking, which the server has in its cache.
    /// </summary>
    /// <returns>Null where a request failed, or ended before its tokens.</returns>
    internal async Task<RequestOverhead?> OverheadAsync(TimedWork work, CancellationToken cancellationToken)
    {
        var seconds = new Dictionary<int, List<double>> { [1] = [], [9] = [] };
        try
        {
            int thinkingTokens = Math.Min(OverheadThinkingTokens, work.Budgets[^1]);
            TimedThought thinking = await ThinkAsync(work.Problem, work.Group.Apart("overhead"), thinkingTokens, cancellationToken);
            for (int i = 0; i <= OverheadRequests; i++)
            {
                foreach ((int tokens, List<double> times) in seconds)
                {
                    GenerationRequest request = OverheadRequest(thinking, tokens);
                    TimedGeneration timed = await forcing.Requests.RetryAsync(
                        (_, cancelled) => forcing.Requests.TimeOnceAsync(request, clock, cancelled), cancellationToken);
                    if (forcing.CountOf(timed.Generation) != tokens)
                        return null;

                    // The first of each fills the cache.
                    if (i > 0)
                        times.Add(timed.Seconds);
                }
            }
        }
        catch (EndpointException)
        {
            return null;
        }

        return RequestOverhead.From(seconds[1], seconds[9]);
    }

    private static GenerationRequest OverheadRequest(TimedThought thinking, int tokens) => new()
    {
        Prompt = [thinking.Asked.ThinkingPrompt, thinking.Thought.UpTo(int.MaxValue)],
        MaxTokens = tokens,
        Seed = 1,
        Close = ThinkingEndHandling.Mask,
        Cache = PrefixCache.Own,
        CacheSalt = thinking.CacheSalt,
        Group = "overhead",
    };

    /// <summary>An answer without thinking.</summary>
    private async Task<TimedSample> AloneAsync(Problem problem, TrialGroup group, CancellationToken cancellationToken)
    {
        TimedAnswer alone = await AnswerAsync(new AnswerWork(problem, group, null, 0), cancellationToken);
        ServiceSample sample = group.Sample(forcing.Facts, 0) with
        {
            AnswerTokens = alone.Answer.AnswerTokens,
            TimeToFirstTokenS = alone.Seconds,
            ServiceS = alone.Seconds,
            CachedTokens = alone.Answer.Generation.CachedTokens,
            ServerS = alone.Answer.Generation.ServerSeconds,
        };
        return new TimedSample(sample, new SampleEvidence { ServerSeconds = sample.ServerS });
    }

    /// <summary>The thinking up to a budget, and an answer after it.</summary>
    private async Task<TimedSample> AfterAsync(TimedThought thinking, TrialGroup group, int budget, CancellationToken cancellationToken)
    {
        ThoughtAtBudget at = thinking.Thought.At(budget);
        ServiceSample sample = group.Sample(forcing.Facts, budget) with
        {
            ThinkingTokens = at.Tokens,
            Status = at.Status,
            Reason = at.Reason,
        };
        if (!at.HasAnswer)
            return new TimedSample(sample, new SampleEvidence());
        double thinkingSeconds = thinking.SecondsAfter(at.Tokens);
        TimedAnswer answer = await AnswerAsync(new AnswerWork(thinking.Asked.Problem, group, thinking, budget), cancellationToken);
        int? recomputed = thinking.PrefixTokens(at.Tokens) - answer.Answer.Generation.CachedTokens;
        double? answerSeconds = answer.Answer.Generation.ServerSeconds;
        double? near = thinking.ServerSecondsNear(at.Tokens) + answerSeconds;
        sample = sample with
        {
            AnswerTokens = answer.Answer.AnswerTokens,
            TimeToFirstTokenS = thinking.FirstSeconds,
            ThinkingS = thinkingSeconds,
            ServiceS = thinkingSeconds + answer.Seconds,
            CachedTokens = thinking.CachedTokens,
            AnswerRecomputedTokens = recomputed is { } tokens ? Math.Max(0, tokens) : null,
            ServerS = thinking.ServerSecondsAfter(at.Tokens) + answerSeconds,
        };
        var evidence = new SampleEvidence
        {
            ServerSeconds = near,
            Arrival = thinking.SuspicionAfter(at.Tokens, UsualGap, near is not null),
            CachedBeyondThinking = at.Tokens > 0 ? -recomputed : null,
        };
        return new TimedSample(sample, evidence) { IsCounted = thinking.Thought.Tokens is not null };
    }

    /// <summary>Prompt tokens that other requests left in a prefix cache; the template before a unique first line does not count.</summary>
    private int? ForeignHit(int? cachedTokens) =>
        _templateTokens is { } template && UniquePrefix.ForeignHit(cachedTokens, template) is null or <= 0 ? null : cachedTokens;

    /// <summary>A failed try is timed anew, apart from what it left in the server's cache: no wait is in any time.</summary>
    private Task<TimedThought> ThinkAsync(Problem problem, TrialGroup group, int budget, CancellationToken cancellationToken) =>
        GrantedAsync(
            "thinking",
            () => forcing.Requests.RetryAsync(
                async (_, cancelled) => await forcing.TimeThinkingAsync(
                    new TimedThinking(await AskAsync(problem, cancelled), group, budget, NewSalt(group)), clock, cancelled),
                cancellationToken));

    /// <summary>Times an answer by itself, without thinking, or continued from some, whose own prefix it may reuse.</summary>
    private Task<TimedAnswer> AnswerAsync(AnswerWork work, CancellationToken cancellationToken) => GrantedAsync(
        "answer",
        () => forcing.Requests.RetryAsync(
            async (_, cancelled) =>
            {
                AskedProblem asked = work.Thinking?.Asked ?? await AskAsync(work.Problem, cancelled);
                var request = new GenerationRequest
                {
                    Prompt = asked.AnswerPrompt(work.Thinking?.Thought, work.BudgetTokens),
                    MaxTokens = work.Problem.AnswerTokenLimit,
                    Seed = work.Group.SeedOf(FormattableString.Invariant($"latency/answer/{work.BudgetTokens}")),
                    Close = ThinkingEndHandling.Ignore,
                    Cache = work.Thinking is null ? PrefixCache.Cold : PrefixCache.Own,
                    CacheSalt = work.Thinking?.CacheSalt ?? NewSalt(work.Group),
                    Group = work.Group.Name,
                };
                TimedGeneration timed = await forcing.Requests.TimeOnceAsync(request, clock, cancelled);
                return new TimedAnswer(forcing.Read(asked, timed.Generation), timed.Seconds);
            },
            cancellationToken));

    /// <summary>
    /// A first request of a kind that is refused for good is refused for every problem; a later one is the problem's own affair.
    /// </summary>
    /// <exception cref="EndpointRefusedException">The first request of this kind is refused for good.</exception>
    private async Task<T> GrantedAsync<T>(string kind, Func<Task<T>> askAsync)
    {
        try
        {
            T answer = await askAsync();
            _granted.Add(kind);
            return answer;
        }
        catch (EndpointException fault) when (fault.IsPermanentRefusal && !_granted.Contains(kind))
        {
            throw new EndpointRefusedException($"The server refuses the {kind} requests of the latency pass. {fault.Message}");
        }
    }

    private double? UsualGap => _gaps.Count == 0 ? null : _gaps.Order().ElementAt(_gaps.Count / 2);

    private string NewSalt(TrialGroup group) => FormattableString.Invariant($"{_salt}/{group.Name}/{++_salts}");

    private sealed record AnswerWork(Problem Problem, TrialGroup Group, TimedThought? Thinking, int BudgetTokens);

    private sealed record TimedAnswer(ContinuedAnswer Answer, double Seconds);
}
