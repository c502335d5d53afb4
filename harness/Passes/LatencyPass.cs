using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>
/// Service time on an idle server: one request at a time, all of a trace's thinking in one streamed request that
/// yields the time at every budget, and the answer's share measured at each.
/// </summary>
internal sealed class LatencyPass(
    EndpointSession session, ExperimentPlan plan, string runId, Journal<ServiceSample> samples, FinishedWork finished, TimeProvider clock, IProgress<MeasuringProgress> progress)
{
    /// <summary>Budgets up to here are also measured by a request of their own, on each task's first problem.</summary>
    private const int SeparateLimit = 1024;

    /// <summary>No other run's requests, an interrupted start of this one included, may hit in the server's prefix cache.</summary>
    private readonly string salt = $"{runId}/{Guid.NewGuid():N}";

    private long done;
    private long tokens;
    private long unusable;

    internal async Task RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        int rounds = plan.Tasks.Max(ItemsOf);
        long total = plan.Tasks.Sum(task => SeparateOf(task).Length + Enumerable.Range(0, ItemsOf(task)).Sum(index => (long)BudgetsOf(task, index).Length));
        for (int index = 0; index < rounds; index++)
        {
            foreach (TaskPlan task in plan.Tasks.Where(task => index < ItemsOf(task)).TakeWhile(_ => !deadline.IsCancellationRequested))
                await RunProblemAsync(task, index, total, cancellationToken);
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

    private async Task RunProblemAsync(TaskPlan task, int index, long total, CancellationToken cancellationToken)
    {
        // Spread over the task's problems, which may be in an order of their own.
        Problem problem = task.Problems[(int)((long)index * task.Problems.Length / ItemsOf(task))];
        var group = new TrialGroup(plan.Seed, task.Task, problem.Id, -1, $"{runId}/{task.Task}/{problem.Id}/latency");
        ImmutableArray<int> budgets = BudgetsOf(task, index);
        try
        {
            AskedProblem asked = await AskedProblem.OfAsync(session, problem, cancellationToken);
            asked.RefuseBeyondContext(budgets[^1], session.Server.Facts);
            if (index == 0)
                await TimeAnswerAsync(asked, group.Apart("warm-up"), null, 0, cancellationToken);
            await RunTraceAsync(asked, group, budgets, total, cancellationToken);
            foreach (int budget in index == 0 ? SeparateOf(task) : [])
                await RunTraceAsync(asked, group.Apart(FormattableString.Invariant($"{budget}")), [budget], total, cancellationToken);
        }
        catch (EndpointException fault)
        {
            await AppendAsync(Sample(group, budgets[^1]) with { Status = TrialStatus.Failed, Reason = fault.Message }, total);
        }
    }

    private async Task RunTraceAsync(AskedProblem asked, TrialGroup group, ImmutableArray<int> budgets, long total, CancellationToken cancellationToken)
    {
        if (finished.HasTimed(group.TraceId, budgets[^1]))
        {
            done += budgets.Length;
            return;
        }

        TimedTrace? trace = budgets[^1] > 0 ? await TimeThinkingAsync(asked, group, budgets[^1], cancellationToken) : null;
        foreach (int budget in budgets)
        {
            await AppendAsync(await SampleAsync(asked, group, trace, budget, cancellationToken), total);
            if (trace is { Trace.ClosedByModel: true } && budget >= trace.Trace.TokenIds.Length)
                break;
        }
    }

    private async Task<ServiceSample> SampleAsync(
        AskedProblem asked, TrialGroup group, TimedTrace? timed, int budget, CancellationToken cancellationToken)
    {
        if (budget == 0 || timed is null)
        {
            TimedAnswer alone = await TimeAnswerAsync(asked, group, null, 0, cancellationToken);
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

        double thinkingSeconds = thinking == 0 ? 0 : timed.SecondsAt[thinking - 1];
        TimedAnswer answer = await TimeAnswerAsync(asked, group, timed.Trace, budget, cancellationToken);
        return Sample(group, budget) with
        {
            ThinkingTokens = thinking,
            AnswerTokens = answer.Answer.AnswerTokens,
            TimeToFirstTokenS = timed.SecondsAt[0],
            ThinkingS = thinkingSeconds,
            ServiceS = thinkingSeconds + answer.Seconds,
            CachedTokens = timed.CachedTokens,
            ServerS = thinking == 0 ? null : timed.ServerSecondsAt[thinking - 1] + answer.Answer.Generation.ServerSeconds,
        };
    }

    private async Task<TimedTrace> TimeThinkingAsync(AskedProblem asked, TrialGroup group, int budget, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            Prompt = [asked.ThinkingPrompt],
            MaxTokens = budget,
            Seed = group.SeedOf("latency/thinking"),
            Close = plan.Semantics == BudgetSemantics.Exact ? CloseHandling.Mask : CloseHandling.Stop,
            Cache = PrefixCache.Cold,
            CacheSalt = SaltOf(group, "trace"),
            Group = group.Name,
        };
        TimedTrace timed = await TwiceAsync(() => TimedTrace.StreamAsync(session, asked, group, request, clock, cancellationToken), cancellationToken);
        tokens += timed.Trace.TokenIds.Length;
        return timed;
    }

    /// <summary>Times an answer by itself, without a trace, or forked from one, whose own prefix it may reuse.</summary>
    private async Task<TimedAnswer> TimeAnswerAsync(AskedProblem asked, TrialGroup group, Trace? trace, int budget, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            Prompt = AnswerFork.Prompt(asked, trace, budget),
            MaxTokens = asked.Problem.AnswerTokenLimit,
            Seed = group.SeedOf(FormattableString.Invariant($"latency/answer/{budget}")),
            Close = CloseHandling.Ignore,
            Cache = trace is null ? PrefixCache.Cold : PrefixCache.Own,
            CacheSalt = SaltOf(group, trace is null ? "alone" : "trace"),
            Group = group.Name,
        };
        return await TwiceAsync(TimeAsync, cancellationToken);

        async Task<TimedAnswer> TimeAsync()
        {
            long start = clock.GetTimestamp();
            AnswerFork answer = await AnswerFork.AskAsync(session, asked, request, cancellationToken);
            return new TimedAnswer(answer, answer.Generation.SimulatedSeconds ?? clock.GetElapsedTime(start).TotalSeconds);
        }
    }

    /// <summary>A failed request is timed anew, once a patient one has found the server again: the wait is in no time.</summary>
    private async Task<T> TwiceAsync<T>(Func<Task<T>> timeAsync, CancellationToken cancellationToken)
    {
        try
        {
            return await timeAsync();
        }
        catch (EndpointException)
        {
            await session.Server.TokenizeAsync(session.Form.Profile.ContinuationCue, cancellationToken);
            return await timeAsync();
        }
    }

    private string SaltOf(TrialGroup group, string request) => $"{salt}/{group.Name}/{request}";

    private ServiceSample Sample(TrialGroup group, int budget) => group.Sample(session.Server.Facts, budget);

    private async Task AppendAsync(ServiceSample sample, long total)
    {
        if (sample is { Status: TrialStatus.Ok, CachedTokens: > 0 })
            sample = sample with { Status = TrialStatus.Unverified, Reason = $"{sample.CachedTokens} prompt tokens came from a prefix cache." };
        await samples.AppendAsync(sample);
        if (sample.Status != TrialStatus.Ok)
            unusable++;
        progress.Report(new MeasuringProgress("latency", ++done, total, tokens, unusable));
    }

    private sealed record TimedAnswer(AnswerFork Answer, double Seconds);
}
