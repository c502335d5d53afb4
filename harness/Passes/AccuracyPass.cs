using System.Collections.Concurrent;
using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Harness.Passes;

/// <summary>
/// Accuracy at every budget: one thinking trace a problem and run, cut at each budget of the grid, an answer forked
/// from every cut; or a trace a budget where the plan wants them independent.
/// </summary>
internal sealed class AccuracyPass(
    ImmutableArray<EndpointSession> sessions, ExperimentPlan plan, string runId, Journal<Trace> traces, Journal<Trial> trials, FinishedWork finished, TimeSpan absence, IProgress<MeasuringProgress> progress)
{
    private readonly ConcurrentBag<TraceWork> failed = [];
    private readonly ConcurrentDictionary<(string Task, string Id), AskedProblem> prompts = new();
    private readonly int planned = plan.TrialCount;
    private long done = finished.TrialCount;
    private long tokens;
    private long unusable;

    /// <summary>Measures what is not finished; what failed is tried once more at the end.</summary>
    /// <exception cref="EndpointLostException">Every endpoint is lost.</exception>
    internal async Task RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
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
        var open = new Queue<int>(work.Budgets.Where(budget => !IsFinished(work, budget)));
        Trace? trace = work.Trace ?? finished.TraceOf(work.Group.TraceId);
        Trial? shared = work.Shared ?? finished.ClosedAnswerOf(work.Group.TraceId);
        try
        {
            AskedProblem asked = await AskedAsync(session, work.Problem, cancellationToken);
            asked.RefuseBeyondContext(work.Budgets[^1], session.Server.Facts);
            if (trace is null && work.Budgets[^1] > 0)
            {
                trace = await Thinking.GenerateAsync(session, asked, work.Group, plan.Semantics, work.Budgets[^1], cancellationToken);

                // A trace is durable before its first fork: regenerated on a GPU it would be another one.
                await traces.AppendAsync(trace);
                Interlocked.Add(ref tokens, trace.TokenIds.Length);
            }

            while (open.TryPeek(out int budget))
            {
                bool isShared = shared is not null && budget > 0 && budget >= shared.ThinkingTokens;
                Trial trial = await TrialAsync(session, asked, work.Group, trace, budget, isShared ? shared : null, cancellationToken);
                shared ??= trial.ClosedByModel ? trial : null;
                await AddAsync(trial);
                open.Dequeue();
            }
        }
        catch (EndpointLostException)
        {
            giveBack(work with { Budgets = [.. open], Trace = trace, Shared = shared });
            throw;
        }
        catch (EndpointException) when (!isLastTry)
        {
            failed.Add(work with { Budgets = [.. open], Trace = trace, Shared = shared });
        }
        catch (EndpointException fault)
        {
            foreach (int budget in open)
                await AddAsync(Unusable(work.Problem, work.Group, budget, TrialStatus.Failed, fault.Message));
        }
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
            Trial tooShort = Unusable(asked.Problem, group, budget, TrialStatus.BudgetNotEnforced, $"The server ended thinking after {thinking} tokens.");
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
        return Unusable(asked.Problem, group, budget, answer.Status, answer.Status == TrialStatus.NoAnswer ? "No answer could be read." : "") with
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

    private Trial Unusable(Problem problem, TrialGroup group, int budget, TrialStatus status, string reason) =>
        group.Row(problem, plan.Semantics, Road.Ids, budget, status, reason);

    private async ValueTask AddAsync(Trial trial)
    {
        await trials.AddAsync(trial);
        long bad = trial.IsUsable ? Interlocked.Read(ref unusable) : Interlocked.Increment(ref unusable);
        progress.Report(new MeasuringProgress("accuracy", Interlocked.Increment(ref done), planned, Interlocked.Read(ref tokens), bad));
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
