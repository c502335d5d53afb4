using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Transport;
using Calibration.Results;
using Calibration.Results.Journaling;

namespace Calibration.Harness.Passes;

/// <summary>
/// Service time on an idle server: one request at a time, all of a trace's thinking in one streamed request that yields the time at every
/// budget where one trace serves them all, and the answer's share measured at each. It stays on one endpoint, for which it waits.
/// </summary>
internal sealed class LatencyPass(IBudgetForcing forcing, PassContext context, Journal<ServiceSample> samples)
{
    /// <summary>Budgets up to here are also measured by a request of their own, on each task's first problem.</summary>
    private const int SeparateLimit = 1024;

    /// <summary>
    /// How often a suspect trace is repeated at once; it is repeated once more at the end of the pass before it is marked.
    /// </summary>
    private const int RepeatsAtOnce = 2;

    private readonly TraceTiming _timing = new(forcing, context.RunId, context.Clock);
    private readonly Idleness _idleness = new(forcing, context.Clock);
    private readonly HashSet<(string Task, bool WithThinking)> _warm = [];
    private readonly PassProgress _counted = new(
        (
            MeasuringProgress.LatencyPass,
            Planned(context.Plan, context.RunId, forcing.OneTraceServesAllBudgets).Sum(work => work.Budgets.Length),
            0),
        () => forcing.Requests.Traffic,
        context.Progress,
        context.Clock);

    /// <summary>Measures what is not finished; what failed or is suspect is tried once more at the end.</summary>
    /// <exception cref="EndpointLostException">The endpoint is down for too long.</exception>
    /// <exception cref="EndpointRefusedException">The endpoint refuses every thinking or every answer request.</exception>
    internal async Task RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        await using ITimer heartbeat = _counted.StartHeartbeat();
        IReadOnlyList<TimedWork> planned = [.. Planned(context.Plan, context.RunId, forcing.OneTraceServesAllBudgets)];
        foreach (bool isLastTry in (bool[])[false, true])
        {
            var again = new List<TimedWork>();
            foreach (TimedWork work in planned.TakeWhile(_ => !deadline.IsCancellationRequested))
                again.AddRange(await RunTraceAsync(work, isLastTry, cancellationToken) is { } left ? [left] : []);
            planned = again;
        }
    }

    /// <summary>Measures the fixed cost of a request; null where there is no thinking, or it cannot be measured.</summary>
    /// <exception cref="EndpointLostException">The endpoint is down for too long.</exception>
    internal async Task<RequestOverhead?> MeasureOverheadAsync(CancellationToken cancellationToken) =>
        Planned(context.Plan, context.RunId, forcing.OneTraceServesAllBudgets).FirstOrDefault(work => work.Budgets[^1] > 0) is { } work
            ? await _timing.OverheadAsync(work, cancellationToken)
            : null;

    /// <summary>
    /// The traces in order, problem by problem over all tasks. Where one trace serves all budgets, each task's first problem is also
    /// timed by separate requests; elsewhere all are separate.
    /// </summary>
    internal static IEnumerable<TimedWork> Planned(ExperimentPlan plan, string runId, bool isShared) =>
        from index in Enumerable.Range(0, plan.LatencyItems)
        from task in plan.Tasks
        let items = Math.Min(plan.LatencyItems, task.Problems.Length)
        where index < items

        // Spread over the task's problems, which may be in an order of their own.
        let problem = task.Problems[(int)((long)index * task.Problems.Length / items)]
        let run = new ProblemRun(plan.Seed, task.Task, problem.Id, -1)
        let own = new TrialGroup(run, $"{runId}/{task.Task}/{problem.Id}/latency")
        let budgets = BudgetsOf(task, index, plan.LatencyBudgetLimit)
        let separate = !isShared ? budgets : index == 0 ? SeparateOf(task) : []
        from work in (isShared ? [new TimedWork(problem, own, budgets)] : Enumerable.Empty<TimedWork>())
            .Concat(separate.Select(budget => new TimedWork(problem, own.Apart(FormattableString.Invariant($"{budget}")), [budget])))
        select work;

    /// <summary>The first problem's trace goes to the largest budget; the others stop where an hour would become ten.</summary>
    private static ImmutableArray<int> BudgetsOf(TaskPlan task, int index, int limit) => index == 0
        ? task.Budgets
        : [.. task.Budgets.Where(budget => budget <= limit || budget == task.Budgets[0])];

    /// <summary>The smallest and the largest of the budgets that are cheap enough to be measured again, by separate requests.</summary>
    private static ImmutableArray<int> SeparateOf(TaskPlan task)
    {
        ImmutableArray<int> cheap = [.. task.Budgets.Where(budget => budget is > 0 and <= SeparateLimit)];
        return cheap.Length == 0 ? [] : [.. new[] { cheap[0], cheap[^1] }.Distinct()];
    }

    /// <summary>Times one trace; an endpoint that is lost on the way is waited for.</summary>
    /// <returns>What to try again at the end of the pass; null if the trace is finished.</returns>
    private async Task<TimedWork?> RunTraceAsync(TimedWork work, bool isLastTry, CancellationToken cancellationToken)
    {
        if (context.Finished.HasTimed(work.Group.TraceId, work.Budgets))
        {
            _counted.Skip(work.Budgets.Length);
            return null;
        }

        while (true)
        {
            try
            {
                return await MeasureAsync(await WithinContextAsync(work, cancellationToken), isLastTry, cancellationToken);
            }
            catch (EndpointLostException)
            {
                if (!await forcing.Requests.WaitUntilAvailableAsync(context.Absence, cancellationToken))
                    throw;
            }
            catch (EndpointException fault) when (fault.IsTooLong && work.Budgets.Length > 1)
            {
                // The context became known by the refusal: the smaller budgets are kept.
                await FailAsync(work with { Budgets = [work.Budgets[^1]] }, fault.Message);
                work = work with { Budgets = work.Budgets[..^1] };
            }
            catch (EndpointException fault) when (isLastTry)
            {
                await FailAsync(work, fault.Message);
                return null;
            }
            catch (EndpointException)
            {
                return work;
            }
        }
    }

    /// <summary>Leaves out the budgets that do not fit the context, a row for each.</summary>
    /// <exception cref="EndpointException">None fits.</exception>
    private async Task<TimedWork> WithinContextAsync(TimedWork work, CancellationToken cancellationToken)
    {
        AskedProblem asked = await _timing.AskAsync(work.Problem, cancellationToken);
        int context = forcing.Facts.ContextTokens;
        var beyond = new List<int>();
        foreach (int budget in work.Budgets)
        {
            if (await forcing.ContextNeededAsync(asked, budget, cancellationToken) > context)
                beyond.Add(budget);
        }

        if (beyond.Count == 0)
            return work;
        if (beyond.Count == work.Budgets.Length)
            await forcing.RefuseBeyondContextAsync(asked, beyond[0], cancellationToken);
        await FailAsync(work with { Budgets = [.. beyond] }, $"Prompt, budget and answer do not fit the context of {context} tokens.");
        return work with { Budgets = [.. work.Budgets.Except(beyond)] };
    }

    private async Task FailAsync(TimedWork work, string reason)
    {
        foreach (int budget in work.Budgets)
            await AppendAsync(work.Group.Sample(forcing.Facts, budget) with { Status = TrialStatus.Failed, Reason = reason });
    }

    /// <summary>
    /// Times a trace until no sample of it is suspect, or the tries are over. A trace's samples are kept together: half of one generation
    /// and half of another are no trace.
    /// </summary>
    /// <exception cref="EndpointException">It failed.</exception>
    private async Task<TimedWork?> MeasureAsync(TimedWork work, bool isLastTry, CancellationToken cancellationToken)
    {
        for (int repeats = 0; ; repeats++)
        {
            int? others = await _idleness.OthersAsync(own: 0, cancellationToken);
            if (others is not null && !isLastTry)
                return work;
            if (NeedsWarmUp(work))
                _idleness.Learn(await _timing.WarmUpAsync(work, cancellationToken));
            TimedWork timed = repeats > 0 || isLastTry ? await OfItsOwnAsync(work, cancellationToken) : work;
            (IReadOnlyList<TimedSample> measured, TimedThought? thinking) = await _timing.TimeAsync(timed, cancellationToken);
            others ??= await _idleness.OthersAsync(own: 1, cancellationToken);
            measured = _idleness.WithLeastWait(measured);
            bool isSuspect = others is not null
                || measured.Any(sample => sample.IsCounted && sample.Judged.Status == TrialStatus.Unverified);
            if (isSuspect && !isLastTry)
            {
                if (others is null && repeats < RepeatsAtOnce)
                    continue;
                return work;
            }

            _counted.Thought(thinking?.Thought.Tokens ?? 0);
            foreach (TimedSample sample in measured)
                await AppendAsync((sample with { Evidence = sample.Evidence with { OtherRequests = others } }).Judged);
            return null;
        }
    }

    /// <summary>
    /// A repeat differs by a first line of its own, where that fits: llama.cpp keeps old prompts in memory and would find the answer
    /// of an earlier try behind the same thinking, so that one suspect try would make all of them suspect.
    /// </summary>
    private async Task<TimedWork> OfItsOwnAsync(TimedWork work, CancellationToken cancellationToken)
    {
        if (forcing.Requests.NeedsUniquePrefix)
            return work;
        TimedWork own = work with { Problem = UniquePrefix.Before(work.Problem) };
        AskedProblem asked = await forcing.AskAsync(own.Problem, cancellationToken);
        return await forcing.ContextNeededAsync(asked, own.Budgets[^1], cancellationToken) <= forcing.Facts.ContextTokens ? own : work;
    }

    /// <summary>The first requests of a task, and the first streams.</summary>
    private bool NeedsWarmUp(TimedWork work)
    {
        bool withThinking = work.Budgets[^1] > 0;
        return _warm.Add((work.Group.Task, withThinking)) && (withThinking || !_warm.Contains((work.Group.Task, true)));
    }

    private async Task AppendAsync(ServiceSample sample)
    {
        await samples.AppendAsync(sample);
        _counted.Finish(new FinishedRow(sample.Task, sample.BudgetTokens, sample.Status, Correct: null));
    }
}

/// <summary>A trace to be timed and the budgets whose times it gives.</summary>
internal sealed record TimedWork(Problem Problem, TrialGroup Group, ImmutableArray<int> Budgets);
