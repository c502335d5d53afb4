using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>
/// Service time on an idle server: one request at a time, all of a trace's thinking in one streamed request that
/// yields the time at every budget, and the answer's share measured at each.
/// </summary>
internal sealed class LatencyPass(
    EndpointSession session, ExperimentPlan plan, string runId, Journal<ServiceSample> samples, TimeProvider clock, IProgress<MeasuringProgress> progress)
{
    private long done;
    private long tokens;
    private long unusable;

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        int rounds = plan.Tasks.Max(task => Math.Min(plan.LatencyItems, task.Problems.Length));
        long total = plan.Tasks.Sum(task => Enumerable.Range(0, Math.Min(plan.LatencyItems, task.Problems.Length)).Sum(index => (long)BudgetsOf(task, index).Length));
        for (int index = 0; index < rounds; index++)
        {
            foreach (TaskPlan task in plan.Tasks.Where(task => index < task.Problems.Length))
                await RunProblemAsync(task, index, total, cancellationToken);
        }
    }

    /// <summary>The first problem's trace goes to the largest budget; the others stop where an hour would become ten.</summary>
    private static ImmutableArray<int> BudgetsOf(TaskPlan task, int index) => index == 0
        ? task.Budgets
        : [.. task.Budgets.Where(budget => budget <= ExperimentPlan.LatencyBudgetLimit || budget == task.Budgets[0])];

    private async Task RunProblemAsync(TaskPlan task, int index, long total, CancellationToken cancellationToken)
    {
        Problem problem = task.Problems[index];
        var group = new TrialGroup(plan.Seed, task.Task, problem.Id, -1, $"{runId}/{task.Task}/{problem.Id}/latency");
        ImmutableArray<int> budgets = BudgetsOf(task, index);
        try
        {
            AskedProblem asked = await AskedProblem.OfAsync(session, problem, cancellationToken);
            if (index == 0)
                await TimeAnswerAsync(asked, group, null, 0, PrefixCache.Cold, cancellationToken);
            TimedTrace? trace = budgets[^1] > 0 ? await TimeThinkingAsync(asked, group, budgets[^1], cancellationToken) : null;
            foreach (int budget in budgets)
            {
                ServiceSample sample = await SampleAsync(asked, group, trace, budget, cancellationToken);
                await AppendAsync(sample, total);
                if (trace is { Trace.ClosedByModel: true } && budget >= trace.Trace.TokenIds.Length)
                    break;
            }
        }
        catch (EndpointException fault)
        {
            await AppendAsync(Sample(group, budgets[^1]) with { Status = TrialStatus.Failed, Reason = fault.Message }, total);
        }
    }

    private async Task<ServiceSample> SampleAsync(
        AskedProblem asked, TrialGroup group, TimedTrace? timed, int budget, CancellationToken cancellationToken)
    {
        if (budget == 0 || timed is null)
        {
            TimedAnswer alone = await TimeAnswerAsync(asked, group, null, 0, PrefixCache.Cold, cancellationToken);
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
        TimedAnswer answer = await TimeAnswerAsync(asked, group, timed.Trace, budget, PrefixCache.Own, cancellationToken);
        return Sample(group, budget) with
        {
            ThinkingTokens = thinking,
            AnswerTokens = answer.Answer.AnswerTokens,
            TimeToFirstTokenS = timed.SecondsAt[0],
            ThinkingS = thinkingSeconds,
            ServiceS = thinkingSeconds + answer.Seconds,
            CachedTokens = timed.CachedTokens,
            ServerS = thinking == timed.Trace.TokenIds.Length ? timed.ServerSeconds + answer.Answer.Generation.ServerSeconds : null,
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
            Group = group.Name,
        };
        var ids = new List<int>(budget);
        var secondsAt = new List<double>(budget);
        int? cached = null;
        double? server = null;
        long start = clock.GetTimestamp();
        await foreach (Generation chunk in session.StreamAsync(request, cancellationToken))
        {
            double seconds = chunk.SimulatedSeconds ?? clock.GetElapsedTime(start).TotalSeconds;
            ids.AddRange(chunk.TokenIds);
            secondsAt.AddRange(Enumerable.Repeat(seconds, chunk.TokenIds.Length));
            cached = chunk.CachedTokens ?? cached;
            server = chunk.ServerSeconds ?? server;
        }

        int end = Math.Min(session.Form.EndOfThinking(ids.ToArray()), budget);
        Interlocked.Add(ref tokens, end);
        var trace = new Trace
        {
            TraceId = group.TraceId,
            Task = group.Task,
            ProblemId = group.ProblemId,
            Run = group.Run,
            TokenIds = [.. ids.Take(end)],
            CuePositions = [],
            ClosedByModel = plan.Semantics == BudgetSemantics.Cap && end < ids.Count && ids[end] == session.Form.CloseId,
            PromptTokens = asked.ThinkingPrompt.Length,
        };
        return secondsAt.Count > 0
            ? new TimedTrace(trace, [.. secondsAt], cached, server)
            : throw new EndpointException($"{session.Server.GenerationUri} streamed no token ids.");
    }

    private async Task<TimedAnswer> TimeAnswerAsync(
        AskedProblem asked, TrialGroup group, Trace? trace, int budget, PrefixCache cache, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            Prompt = AnswerFork.Prompt(asked, trace, budget),
            MaxTokens = asked.Problem.AnswerTokenLimit,
            Seed = group.SeedOf(FormattableString.Invariant($"latency/answer/{budget}")),
            Close = CloseHandling.Ignore,
            Cache = cache,
            Group = group.Name,
        };
        long start = clock.GetTimestamp();
        AnswerFork answer = await AnswerFork.AskAsync(session, asked, request, cancellationToken);
        return new TimedAnswer(answer, answer.Generation.SimulatedSeconds ?? clock.GetElapsedTime(start).TotalSeconds);
    }

    private ServiceSample Sample(TrialGroup group, int budget) => new()
    {
        Task = group.Task,
        ProblemId = group.ProblemId,
        TraceId = group.TraceId,
        BudgetTokens = budget,
        ThinkingTokens = 0,
        AnswerTokens = 0,
        TimeToFirstTokenS = 0,
        ThinkingS = 0,
        ServiceS = 0,
        ServiceSource = session.Server.Facts.Simulated && !session.Server.Facts.Paced ? ServiceSource.Simulated : ServiceSource.Client,
        Status = TrialStatus.Ok,
    };

    private async Task AppendAsync(ServiceSample sample, long total)
    {
        if (sample is { Status: TrialStatus.Ok, CachedTokens: > 0 })
            sample = sample with { Status = TrialStatus.Unverified, Reason = $"{sample.CachedTokens} prompt tokens came from a prefix cache." };
        await samples.AppendAsync(sample);
        if (sample.Status != TrialStatus.Ok)
            unusable++;
        progress.Report(new MeasuringProgress("latency", ++done, total, Interlocked.Read(ref tokens), unusable));
    }

    private sealed record TimedTrace(Trace Trace, ImmutableArray<double> SecondsAt, int? CachedTokens, double? ServerSeconds);

    private sealed record TimedAnswer(AnswerFork Answer, double Seconds);
}
