using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Models;
using Calibration.Harness.Passes;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Text;

/// <summary>
/// Service time on the text road: every budget is a streamed request of its own without a stop at the close, and an answer;
/// a unique first line of the message keeps other requests' prefixes out of the server's cache.
/// </summary>
internal sealed class TextLatencyPass(
    TextSession session, ExperimentPlan plan, string runId, Journal<ServiceSample> samples, FinishedWork finished, TimeProvider clock, IProgress<MeasuringProgress> progress)
{
    private readonly Idleness idleness = new(null, clock);

    internal async Task RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        bool warm = false;
        (Problem Problem, TrialGroup Group, int Budget)[] work = [.. Work()];
        var counted = new PassProgress(("latency", work.Length, 0), () => session.Traffic, progress, clock);
        await using ITimer heartbeat = counted.StartHeartbeat();
        foreach ((Problem problem, TrialGroup group, int budget) in work.Where(planned => !finished.HasTimed(planned.Group.TraceId, [planned.Budget])).TakeWhile(_ => !deadline.IsCancellationRequested))
        {
            if (!warm)
                await SampleAsync(problem, group, budget, cancellationToken);
            warm = true;
            ServiceSample sample = await SampleAsync(problem, group, budget, cancellationToken);
            sample = idleness.Judged([new TimedSample(sample, sample.ServerS)])[0];
            await samples.AppendAsync(sample);
            counted.Thought(sample.ThinkingTokens);
            counted.Finish(sample.Status == TrialStatus.Ok);
        }
    }

    /// <summary>The fixed cost of a request, by requests for 1 and for 9 tokens in turns, as by token ids; null where a request failed.</summary>
    internal async Task<RequestOverhead?> MeasureOverheadAsync(CancellationToken cancellationToken)
    {
        var seconds = new Dictionary<int, List<double>> { [1] = [], [9] = [] };
        try
        {
            string prompt = (await session.RenderAsync(UniquePrefix.Line() + plan.Tasks[0].Problems[0].Prompt, cancellationToken)).Thinking;
            prompt += (await session.GenerateAsync(prompt, 16, seed: 1, "overhead", stop: null, cancellationToken)).Text;
            for (int i = 0; i <= 10; i++)
            {
                foreach ((int tokens, List<double> times) in seconds)
                {
                    TimedGeneration timed = await session.PatientlyAsync(
                        (_, cancelled) => session.GenerateTimedAsync(prompt, tokens, seed: 1, "overhead", clock, cancelled), cancellationToken);
                    if (timed.Generation.CompletionTokens != tokens || timed.Generation.Ending != Ending.Length)
                        return null;
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

    private IEnumerable<(Problem Problem, TrialGroup Group, int Budget)> Work() =>
        from index in Enumerable.Range(0, plan.LatencyItems)
        from task in plan.Tasks
        let items = Math.Min(plan.LatencyItems, task.Problems.Length)
        where index < items
        let problem = task.Problems[(int)((long)index * task.Problems.Length / items)]
        let whole = new TrialGroup(plan.Seed, task.Task, problem.Id, -1, $"{runId}/{task.Task}/{problem.Id}/latency")
        from budget in task.Budgets
        where index == 0 || budget <= ExperimentPlan.LatencyBudgetLimit || budget == task.Budgets[0]
        select (problem, whole.Apart(FormattableString.Invariant($"{budget}")), budget);

    private async Task<ServiceSample> SampleAsync(Problem problem, TrialGroup group, int budget, CancellationToken cancellationToken)
    {
        try
        {
            await RefuseBeyondContextAsync(problem, budget, cancellationToken);
            return await session.PatientlyAsync((_, cancelled) => TimeAsync(problem, group, budget, cancelled), cancellationToken);
        }
        catch (EndpointException fault)
        {
            return Sample(group, budget) with { Status = TrialStatus.Failed, Reason = fault.Message };
        }
    }

    /// <summary>Counted without the first line: a count of the whole would leave the prompt in the server's cache.</summary>
    private async Task RefuseBeyondContextAsync(Problem problem, int budget, CancellationToken cancellationToken)
    {
        TextPrompt prompt = await session.RenderAsync(problem.Prompt, cancellationToken);
        await session.RefuseBeyondContextAsync(
            TextThinking.None.AnswerPrompt(session.Profile, problem, prompt, budget), UniquePrefix.Line().Length + budget + problem.AnswerTokenLimit, cancellationToken);
    }

    private async Task<ServiceSample> TimeAsync(Problem problem, TrialGroup group, int budget, CancellationToken cancellationToken)
    {
        string line = UniquePrefix.Line();
        TextPrompt prompt = await session.RenderAsync(line + problem.Prompt, cancellationToken);
        double? first = null;
        double thinkingSeconds = 0;
        int? cached = null;
        double? server = null;
        int? prefix = null;
        TextThinking thinking = TextThinking.None;
        if (budget > 0)
        {
            string text = "";
            int? counted = null;
            foreach ((Generation chunk, double seconds) in await session.StreamTimedAsync(prompt.Thinking, budget, group.SeedOf("thinking"), group.Name, clock, cancellationToken))
            {
                first ??= seconds;
                thinkingSeconds = chunk.Text.Length > 0 || chunk.Ending != Ending.None ? seconds : thinkingSeconds;
                cached = chunk.CachedTokens ?? cached;
                prefix = chunk.PromptTokens + chunk.CompletionTokens ?? prefix;
                server = chunk.ServerSeconds ?? server;
                text += chunk.Text;
                counted = chunk.CompletionTokens ?? counted;
            }

            thinking = TextThinking.Timed(text, counted, budget);
        }

        (Generation answer, double answerSeconds) = await session.GenerateTimedAsync(
            thinking.AnswerPrompt(session.Profile, problem, prompt, budget), problem.AnswerTokenLimit, group.SeedOf("answer"), group.Name, clock, cancellationToken);
        ServiceSample sample = Sample(group, budget) with
        {
            ThinkingTokens = thinking.Tokens ?? 0,
            AnswerTokens = answer.TokensBeforeEnd ?? 0,
            TimeToFirstTokenS = first ?? answerSeconds,
            ThinkingS = thinkingSeconds,
            ServiceS = thinkingSeconds + answerSeconds,
            CachedTokens = budget > 0 ? cached : answer.CachedTokens,
            AnswerRecomputedTokens = prefix - answer.CachedTokens is { } anew ? Math.Max(0, anew) : null,
            ServerS = budget > 0 ? server + answer.ServerSeconds : answer.ServerSeconds,
            Status = thinking.Status,
            Reason = thinking.Reason,
        };
        return UniquePrefix.ForeignHit(sample.CachedTokens, TextSession.TemplateTokens(prompt.Thinking, line)) > 0
            ? sample.AsSuspect($"{sample.CachedTokens} prompt tokens came from a prefix cache.")
            : sample;
    }

    private ServiceSample Sample(TrialGroup group, int budget) => group.Sample(session.Facts, budget);
}
