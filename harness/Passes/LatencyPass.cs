using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>
/// Service time on an idle server: one request at a time, all of a trace's thinking in one streamed request that
/// yields the time at every budget, and the answer's share measured at each. It stays on one endpoint, for which it waits
/// for <c>absence</c> beyond what a request waits.
/// </summary>
internal sealed class LatencyPass(
    EndpointSession session, ExperimentPlan plan, string runId, Journal<ServiceSample> samples, FinishedWork finished, TimeSpan absence, TimeProvider clock, IProgress<MeasuringProgress> progress)
{
    /// <summary>Budgets up to here are also measured by a request of their own, on each task's first problem.</summary>
    private const int SeparateLimit = 1024;

    /// <summary>Tokens after its thinking that an answer may share with the trace itself, by chance.</summary>
    private const int MostAhead = 4;

    /// <summary>No other run's requests, an interrupted start of this one included, may hit in the server's prefix cache.</summary>
    private readonly string salt = $"{runId}/{Guid.NewGuid():N}";

    private readonly HashSet<string> timed = new(StringComparer.Ordinal);
    private readonly Idleness idleness = new(session.Server, clock);

    /// <summary>Tokens of the template before a unique first line, where there is one.</summary>
    private int? templateTokens;

    private long salts;
    private long total;
    private long done;
    private long tokens;
    private long unusable;

    /// <summary>Measures what is not finished; what failed is tried once more at the end.</summary>
    /// <exception cref="EndpointLostException">The endpoint is down for too long.</exception>
    internal async Task RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        total = plan.Tasks.Sum(task => SeparateOf(task).Length + Enumerable.Range(0, ItemsOf(task)).Sum(index => (long)BudgetsOf(task, index).Length));
        IEnumerable<(TaskPlan Task, int Index)> planned = [.. from index in Enumerable.Range(0, plan.Tasks.Max(ItemsOf)) from task in plan.Tasks where index < ItemsOf(task) select (task, index)];
        foreach (bool isLastTry in (bool[])[false, true])
        {
            var failed = new List<(TaskPlan Task, int Index)>();
            foreach ((TaskPlan task, int index) in planned.TakeWhile(_ => !deadline.IsCancellationRequested))
            {
                if (!await RunProblemAsync(task, index, isLastTry, cancellationToken))
                    failed.Add((task, index));
            }

            planned = failed;
        }
    }

    private int ItemsOf(TaskPlan task) => Math.Min(plan.LatencyItems, task.Problems.Length);

    /// <summary>The first problem's trace goes to the largest budget; the others stop where an hour would become ten.</summary>
    private static ImmutableArray<int> BudgetsOf(TaskPlan task, int index) => index == 0
        ? task.Budgets
        : [.. task.Budgets.Where(budget => budget <= ExperimentPlan.LatencyBudgetLimit || budget == task.Budgets[0])];

    /// <summary>The smallest and the largest of the budgets that are cheap enough to be measured a second time, by themselves.</summary>
    private static ImmutableArray<int> SeparateOf(TaskPlan task)
    {
        ImmutableArray<int> cheap = [.. task.Budgets.Where(budget => budget is > 0 and <= SeparateLimit)];
        return cheap.Length == 0 ? [] : [.. new[] { cheap[0], cheap[^1] }.Distinct()];
    }

    /// <returns>False where it failed and is worth another try.</returns>
    private async Task<bool> RunProblemAsync(TaskPlan task, int index, bool isLastTry, CancellationToken cancellationToken)
    {
        // Spread over the task's problems, which may be in an order of their own.
        Problem problem = task.Problems[(int)((long)index * task.Problems.Length / ItemsOf(task))];
        var group = new TrialGroup(plan.Seed, task.Task, problem.Id, -1, $"{runId}/{task.Task}/{problem.Id}/latency");
        ImmutableArray<int> budgets = BudgetsOf(task, index);
        (TrialGroup Group, ImmutableArray<int> Budgets)[] traces =
            [(group, budgets), .. (index == 0 ? SeparateOf(task) : []).Select(budget => (group.Apart(FormattableString.Invariant($"{budget}")), ImmutableArray.Create(budget)))];
        (TrialGroup Group, ImmutableArray<int> Budgets) at = traces[0];
        try
        {
            (await AskAsync(problem, cancellationToken)).RefuseBeyondContext(budgets[^1], session.Server.Facts);
            if (index == 0)
                await TimeAnswerAsync(problem, group.Apart("warm-up"), null, 0, cancellationToken);
            foreach ((TrialGroup Group, ImmutableArray<int> Budgets) trace in traces)
            {
                at = trace;
                await RunTraceAsync(problem, trace.Group, trace.Budgets, isLastTry, cancellationToken);
            }
        }
        catch (EndpointLostException)
        {
            if (!await session.BackAsync(absence, cancellationToken))
                throw;
            return await RunProblemAsync(task, index, isLastTry, cancellationToken);
        }
        catch (EndpointException fault)
        {
            if (isLastTry)
                await AppendAsync(Sample(at.Group, at.Budgets[^1]) with { Status = TrialStatus.Failed, Reason = fault.Message });
            return false;
        }

        return true;
    }

    /// <summary>The problem for one cold request, like no other's where the server needs that.</summary>
    private async Task<AskedProblem> AskAsync(Problem problem, CancellationToken cancellationToken)
    {
        if (!session.Server.NeedsUniquePrefix)
            return await AskedProblem.OfAsync(session, problem, cancellationToken);
        templateTokens ??= UniquePrefix.Common((await UniqueAsync()).ThinkingPrompt, (await UniqueAsync()).ThinkingPrompt);
        return await UniqueAsync();

        Task<AskedProblem> UniqueAsync() => AskedProblem.OfAsync(session, problem with { Prompt = UniquePrefix.Line() + problem.Prompt }, cancellationToken);
    }

    /// <summary>A trace's samples are kept together: half of one generation and half of another are no trace.</summary>
    /// <exception cref="EndpointException">It failed, or its times are those of a busy server, and it is worth another try.</exception>
    private async Task RunTraceAsync(Problem problem, TrialGroup group, ImmutableArray<int> budgets, bool isLastTry, CancellationToken cancellationToken)
    {
        if (timed.Contains(group.TraceId))
            return;
        if (finished.HasTimed(group.TraceId, budgets[^1]))
        {
            done += budgets.Length;
            return;
        }

        var measured = new List<ServiceSample>();
        int? others = await idleness.OthersAsync(own: 0, cancellationToken);
        if (others is not null && !isLastTry)
            throw new EndpointException($"The server works on {others} other requests.");
        TimedTrace? trace = budgets[^1] > 0 ? await TimeThinkingAsync(problem, group, budgets[^1], cancellationToken) : null;
        int ended = trace is { Trace.ClosedByModel: true } ? trace.Trace.TokenIds.Length : int.MaxValue;

        // From the longest down: llama.cpp forgets what of the trace lies beyond an answer's fork.
        foreach (int budget in budgets.Where((_, index) => index == 0 || budgets[index - 1] < ended).Reverse())
            measured.Insert(0, await SampleAsync(problem, group, trace, budget, cancellationToken));
        others ??= await idleness.OthersAsync(own: 1, cancellationToken);
        IReadOnlyList<ServiceSample> judged = idleness.Checked(measured);
        bool waited = judged.Count(sample => sample.Status == TrialStatus.Ok) < measured.Count(sample => sample.Status == TrialStatus.Ok);
        if ((others is not null || waited) && !isLastTry)
            throw new EndpointException("The server did other work beside a timed request.");
        timed.Add(group.TraceId);
        foreach (ServiceSample sample in judged)
            await AppendAsync(others is null ? sample : sample.Doubted($"The server worked on {others} other requests beside it."));
    }

    private async Task<ServiceSample> SampleAsync(
        Problem problem, TrialGroup group, TimedTrace? timed, int budget, CancellationToken cancellationToken)
    {
        if (budget == 0 || timed is null)
        {
            TimedAnswer alone = await TimeAnswerAsync(problem, group, null, 0, cancellationToken);
            return Sample(group, 0) with
            {
                AnswerTokens = alone.Answer.AnswerTokens,
                TimeToFirstTokenS = alone.Seconds,
                ServiceS = alone.Seconds,
                CachedTokens = alone.Answer.Generation.CachedTokens,
                ServerS = alone.Answer.Generation.ServerSeconds,
            };
        }

        int thinking = Math.Min(budget, timed.Trace.TokenIds.Length);
        if (thinking < budget && !timed.Trace.ClosedByModel)
        {
            return Sample(group, budget) with
            {
                ThinkingTokens = thinking,
                Status = TrialStatus.BudgetNotEnforced,
                Reason = $"The server ended thinking after {thinking} tokens.",
            };
        }

        double thinkingSeconds = thinking == 0 ? timed.FirstSeconds : timed.SecondsAt[thinking - 1];
        TimedAnswer answer = await TimeAnswerAsync(problem, group, timed, budget, cancellationToken);
        int? anew = timed.Asked.ThinkingPrompt.Length + thinking - answer.Answer.Generation.CachedTokens;
        ServiceSample sample = Sample(group, budget) with
        {
            ThinkingTokens = thinking,
            AnswerTokens = answer.Answer.AnswerTokens,
            TimeToFirstTokenS = timed.FirstSeconds,
            ThinkingS = thinkingSeconds,
            ServiceS = thinkingSeconds + answer.Seconds,
            CachedTokens = timed.CachedTokens,
            AnswerRecomputedTokens = anew is { } tokens ? Math.Max(0, tokens) : null,
            ServerS = thinking == 0 ? null : timed.ServerSecondsAt[thinking - 1] + answer.Answer.Generation.ServerSeconds,
        };
        if (thinking > 0 && !timed.IsPromptAt(thinking - 1))
            return sample.Doubted($"{timed.LateAt(thinking - 1)} later tokens arrived together with its last: the stream came in lumps.");
        return anew < -MostAhead ? sample.Doubted($"{-anew} tokens after its thinking were in the prefix cache, from an earlier try.") : sample;
    }

    /// <summary>A failed try is timed anew, apart from what it left in the server's cache: no wait is in any time.</summary>
    private async Task<TimedTrace> TimeThinkingAsync(Problem problem, TrialGroup group, int budget, CancellationToken cancellationToken)
    {
        TimedTrace timed = await session.PatientlyAsync(
            async (_, cancelled) =>
            {
                AskedProblem asked = await AskAsync(problem, cancelled);
                var request = new GenerationRequest
                {
                    Prompt = [asked.ThinkingPrompt],
                    MaxTokens = budget,
                    Seed = group.SeedOf("latency/thinking"),
                    Close = plan.Semantics == BudgetSemantics.Exact ? CloseHandling.Mask : CloseHandling.Stop,
                    Cache = PrefixCache.Cold,
                    CacheSalt = NewSalt(group),
                    Group = group.Name,
                };
                return await TimedTrace.StreamAsync(session, asked, group, request, clock, cancelled);
            },
            cancellationToken);
        tokens += timed.Trace.TokenIds.Length;
        return timed;
    }

    /// <summary>Times an answer by itself, without a trace, or forked from one, whose own prefix it may reuse.</summary>
    private Task<TimedAnswer> TimeAnswerAsync(Problem problem, TrialGroup group, TimedTrace? timed, int budget, CancellationToken cancellationToken) =>
        session.PatientlyAsync(
            async (_, cancelled) =>
            {
                AskedProblem asked = timed?.Asked ?? await AskAsync(problem, cancelled);
                var request = new GenerationRequest
                {
                    Prompt = AnswerFork.Prompt(asked, timed?.Trace, budget),
                    MaxTokens = problem.AnswerTokenLimit,
                    Seed = group.SeedOf(FormattableString.Invariant($"latency/answer/{budget}")),
                    Close = CloseHandling.Ignore,
                    Cache = timed is null ? PrefixCache.Cold : PrefixCache.Own,
                    CacheSalt = timed?.CacheSalt ?? NewSalt(group),
                    Group = group.Name,
                };
                TimedGeneration timedAnswer = await session.GenerateTimedAsync(request, clock, cancelled);
                return new TimedAnswer(AnswerFork.Of(session, asked, timedAnswer.Generation), timedAnswer.Seconds);
            },
            cancellationToken);

    private string NewSalt(TrialGroup group) => FormattableString.Invariant($"{salt}/{group.Name}/{++salts}");

    private ServiceSample Sample(TrialGroup group, int budget) => group.Sample(session.Server.Facts, budget);

    private async Task AppendAsync(ServiceSample sample)
    {
        if ((templateTokens is { } template ? UniquePrefix.ForeignHit(sample.CachedTokens, template) : sample.CachedTokens) > 0)
            sample = sample.Doubted($"{sample.CachedTokens} prompt tokens came from a prefix cache.");
        await samples.AppendAsync(sample);
        if (sample.Status != TrialStatus.Ok)
            unusable++;
        progress.Report(new MeasuringProgress("latency", ++done, total, tokens, unusable));
    }

    private sealed record TimedAnswer(AnswerFork Answer, double Seconds);
}
