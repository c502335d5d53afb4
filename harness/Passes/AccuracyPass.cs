using System.Collections.Concurrent;
using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>
/// Accuracy at every budget: one thinking trace a problem and run, cut at each budget of the grid, an answer forked
/// from every cut; or a trace a budget where the plan wants them independent.
/// </summary>
internal sealed class AccuracyPass(
    ImmutableArray<EndpointSession> sessions, ExperimentPlan plan, string runId, Journal<Trace> traces, Journal<Trial> trials, FinishedWork finished, TimeSpan absence, TimeProvider clock, IProgress<MeasuringProgress> progress)
{
    /// <summary>Requests that are refused for good, with none granted before, after which all of them will be.</summary>
    private const int RefusalsThatEndTheRun = 8;

    private readonly ConcurrentBag<TraceWork> failed = [];
    private readonly ConcurrentDictionary<(string Task, string Id), AskedProblem> prompts = new();
    private readonly PassProgress counted = new(
        ("accuracy", plan.TrialCount, finished.TrialCount), () => sessions.Aggregate(default(EndpointTraffic), (sum, session) => sum + session.Traffic), progress, clock);

    private int refusals;
    private bool granted;

    /// <summary>Measures what is not finished; what failed is tried once more at the end.</summary>
    /// <exception cref="EndpointLostException">Every endpoint is lost.</exception>
    /// <exception cref="EndpointRefusedException">Every request is refused for good.</exception>
    internal async Task RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        await using ITimer heartbeat = counted.StartHeartbeat();
        var workforce = new Workforce(sessions, plan.Concurrency, absence, deadline);
        IEnumerable<TraceWork> open = Groups().Where(work => work.Budgets.Any(budget => !IsFinished(work, budget)));
        await workforce.DoAsync(open, (session, work, giveBack, cancelled) => RunGroupAsync(session, work, giveBack, isLastTry: false, cancelled), cancellationToken);
        TraceWork[] again = [.. failed.OrderBy(work => work.Group.TraceId, StringComparer.Ordinal)];
        await workforce.DoAsync(again, (session, work, giveBack, cancelled) => RunGroupAsync(session, work, giveBack, isLastTry: true, cancelled), cancellationToken);
    }

    private bool IsFinished(TraceWork work, int budget) => finished.Has(new TrialKey(work.Group.Task, work.Group.ProblemId, work.Group.Run, budget));

    private IEnumerable<TraceWork> Groups() =>
        from planned in plan.Groups()
        let task = planned.Task
        let problem = planned.Problem
        let whole = new TrialGroup(plan.Seed, task.Task, problem.Id, planned.Run, $"{runId}/{task.Task}/{problem.Id}/{planned.Run}")
        from work in plan.Independent
            ? task.Budgets.Select(budget => new TraceWork(problem, whole.Apart(FormattableString.Invariant($"{budget}")), [budget]))
            : [new TraceWork(problem, whole, task.Budgets)]
        select work;

    private async Task RunGroupAsync(EndpointSession session, TraceWork work, Action<TraceWork> giveBack, bool isLastTry, CancellationToken cancellationToken)
    {
        TraceWork open = work with
        {
            Budgets = [.. work.Budgets.Where(budget => !IsFinished(work, budget))],
            Trace = work.Trace ?? finished.TraceOf(work.Group.TraceId),
            Shared = work.Shared ?? finished.ClosedAnswerOf(work.Group.TraceId),
        };
        while (!open.Budgets.IsEmpty)
        {
            try
            {
                open = await AdvanceAsync(session, open, cancellationToken);
                granted = true;
            }
            catch (EndpointLostException)
            {
                giveBack(open);
                throw;
            }
            catch (EndpointException fault) when (fault.IsTooLong)
            {
                // Only the largest budget is known not to fit: the smaller ones are kept.
                await FailAsync(open, open.Budgets[^1], fault.Message);
                open = open with { Budgets = open.Budgets[..^1] };
            }
            catch (EndpointException fault) when (!isLastTry)
            {
                ThrowIfAllAreRefused(fault);
                failed.Add(open);
                return;
            }
            catch (EndpointException fault)
            {
                foreach (int budget in open.Budgets)
                    await FailAsync(open, budget, fault.Message);
                return;
            }
        }
    }

    /// <summary>Does what comes next: the trace, or the answer at the smallest open budget.</summary>
    /// <exception cref="EndpointException">It failed; <see cref="EndpointException.IsTooLong"/> where the largest open budget does not fit the context.</exception>
    private async Task<TraceWork> AdvanceAsync(EndpointSession session, TraceWork open, CancellationToken cancellationToken)
    {
        AskedProblem asked = await AskedAsync(session, open.Problem, cancellationToken);
        asked.RefuseBeyondContext(open.Budgets[^1], session.Server.Facts);
        if (open.Trace is null && open.Budgets[^1] > 0)
        {
            Trace trace = await Thinking.GenerateAsync(session, asked, open.Group, plan.Semantics, open.Budgets[^1], cancellationToken);

            // A trace is durable before its first fork: regenerated on a GPU it would be another one.
            await traces.AppendAsync(trace);
            counted.Thought(trace.TokenIds.Length);
            return open with { Trace = trace };
        }

        int budget = open.Budgets[0];
        bool isShared = open.Shared is not null && budget > 0 && budget >= open.Shared.ThinkingTokens;
        Trial trial = await TrialAsync(session, asked, open.Group, open.Trace, budget, isShared ? open.Shared : null, cancellationToken);
        await AddAsync(trial);
        return open with { Budgets = open.Budgets[1..], Shared = open.Shared ?? (trial.ClosedByModel ? trial : null) };
    }

    private Task FailAsync(TraceWork open, int budget, string reason) => AddAsync(NewTrial(open.Problem, open.Group, budget, TrialStatus.Failed, reason)).AsTask();

    /// <exception cref="EndpointRefusedException">So many requests were refused for good that it is not about one problem.</exception>
    private void ThrowIfAllAreRefused(EndpointException fault)
    {
        if (fault.IsPermanentRefusal && !granted && Interlocked.Increment(ref refusals) >= RefusalsThatEndTheRun)
            throw new EndpointRefusedException($"The server refuses the requests of the accuracy pass. {fault.Message}");
    }

    /// <summary>A problem's prompt is rendered once for all of its runs.</summary>
    private async Task<AskedProblem> AskedAsync(EndpointSession session, Problem problem, CancellationToken cancellationToken)
    {
        if (prompts.TryGetValue((problem.Task, problem.Id), out AskedProblem? rendered))
            return rendered;
        return prompts[(problem.Task, problem.Id)] = await AskedProblem.OfAsync(session, problem, cancellationToken);
    }

    private async Task<Trial> TrialAsync(
        EndpointSession session, AskedProblem asked, TrialGroup group, Trace? trace, int budget, Trial? shared, CancellationToken cancellationToken)
    {
        // Once the model has closed its thinking by itself, larger budgets have the same thinking and share its answer.
        if (shared is not null)
            return shared with { BudgetTokens = budget };
        int thinking = Math.Min(budget, trace?.TokenIds.Length ?? 0);
        bool closed = trace is { ClosedByModel: true } && budget > 0 && budget >= trace.TokenIds.Length;
        if (thinking < budget && !closed)
        {
            Trial tooShort = NewTrial(asked.Problem, group, budget, TrialStatus.BudgetNotEnforced, $"The server ended thinking after {thinking} tokens.");
            return tooShort with { ThinkingTokens = thinking, CountSource = CountSource.Ids };
        }

        AnswerFork answer = await AnswerFork.AskAsync(
            session,
            asked,
            new GenerationRequest
            {
                Prompt = AnswerFork.Prompt(asked, trace, budget),
                MaxTokens = asked.Problem.AnswerTokenLimit,

                // Of the cut, not of the budget: a trace that the model closed has one answer, at whichever budget it is asked first.
                Seed = group.SeedOf(FormattableString.Invariant($"answer/{thinking}")),
                Close = CloseHandling.Ignore,
                Group = group.Name,
            },
            cancellationToken);
        return NewTrial(asked.Problem, group, budget, answer.Status, answer.Status == TrialStatus.NoAnswer ? "No answer could be read." : "") with
        {
            ThinkingTokens = thinking,
            AnswerTokens = answer.AnswerTokens,
            Correct = answer.Grade.Correct,
            Answer = answer.Grade.Answer,
            Response = answer.Response,
            Cues = trace?.CuePositions.Count(position => position < thinking) ?? 0,
            ClosedByModel = closed,
            CountSource = CountSource.Ids,
        };
    }

    private Trial NewTrial(Problem problem, TrialGroup group, int budget, TrialStatus status, string reason) =>
        group.Row(problem, plan.Semantics, Road.Ids, budget, status, reason);

    private async ValueTask AddAsync(Trial trial)
    {
        await trials.AddAsync(trial);
        counted.Finish(trial.IsUsable);
    }

    /// <summary>A trace and the budgets that it is to serve.</summary>
    private sealed record TraceWork(Problem Problem, TrialGroup Group, ImmutableArray<int> Budgets)
    {
        /// <summary>The durable trace; null where it is yet to be generated.</summary>
        internal Trace? Trace { get; init; }

        /// <summary>The finished answer after the model's own close, which larger budgets share; null where there is none yet.</summary>
        internal Trial? Shared { get; init; }
    }
}
