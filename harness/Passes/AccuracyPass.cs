using System.Collections.Concurrent;
using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Transport;
using Calibration.Results;
using Calibration.Results.Journaling;

namespace Calibration.Harness.Passes;

/// <summary>
/// Accuracy at every budget: one thinking trace per problem and run, cut at each budget of the grid, an answer from
/// every cut; or one trace per budget where the plan wants them independent, or text cannot be cut.
/// </summary>
internal sealed class AccuracyPass(ImmutableArray<IBudgetForcing> forcings, PassContext context, AccuracyJournals journals)
{
    /// <summary>Requests that are refused for good, with none granted before, after which all of them will be.</summary>
    private const int RefusalsThatEndTheRun = 8;

    private readonly ConcurrentBag<TraceWork> _failed = [];
    private readonly ConcurrentDictionary<(string Task, string Id), AskedProblem> _prompts = new();
    private readonly ExperimentPlan _plan = context.Plan;
    private readonly FinishedWork _finished = context.Finished;
    private readonly PassProgress _counted = new(
        ("accuracy", context.Plan.TrialCount, context.Finished.TrialCount),
        () => forcings.Aggregate(default(EndpointTraffic), (sum, forcing) => sum + forcing.Requests.Traffic),
        context.Progress,
        context.Clock);

    private int _refusals;
    private bool _granted;

    /// <summary>Measures what is not finished; what failed is tried once more at the end.</summary>
    /// <exception cref="EndpointLostException">Every endpoint is lost.</exception>
    /// <exception cref="EndpointRefusedException">Every request is refused for good.</exception>
    internal async Task RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        await using ITimer heartbeat = _counted.StartHeartbeat();
        var workers = new WorkerPool(forcings, context, deadline);
        await DoAsync(Groups().Where(work => work.Budgets.Any(budget => !IsFinished(work, budget))), isLastTry: false);
        await DoAsync([.. _failed.OrderBy(work => work.Group.TraceId, StringComparer.Ordinal)], isLastTry: true);

        Task DoAsync(IEnumerable<TraceWork> open, bool isLastTry) => workers.DoAsync(
            open,
            (forcing, work, giveBack, cancelled) => RunGroupAsync(forcing, new Attempt(work, giveBack, isLastTry), cancelled),
            cancellationToken);
    }

    private bool IsFinished(TraceWork work, int budget) =>
        _finished.Has(new TrialKey(work.Group.Task, work.Group.ProblemId, work.Group.Run, budget));

    private IEnumerable<TraceWork> Groups() =>
        from planned in _plan.Groups()
        let task = planned.Task
        let problem = planned.Problem
        let run = new ProblemRun(_plan.Seed, task.Task, problem.Id, planned.Run)
        let whole = new TrialGroup(run, $"{context.RunId}/{task.Task}/{problem.Id}/{planned.Run}")
        from work in _plan.Independent || !forcings[0].OneTraceServesAllBudgets
            ? task.Budgets.Select(budget => new TraceWork(problem, whole.Apart(FormattableString.Invariant($"{budget}")), [budget]))
            : [new TraceWork(problem, whole, task.Budgets)]
        select work;

    private async Task RunGroupAsync(IBudgetForcing forcing, Attempt attempt, CancellationToken cancellationToken)
    {
        TraceWork work = attempt.Work;
        TraceWork open = work with
        {
            Budgets = [.. work.Budgets.Where(budget => !IsFinished(work, budget))],
            Thought = work.Thought ?? (_finished.TraceOf(work.Group.TraceId) is { } row ? new TokenThought(row) : null),
            Shared = work.Shared ?? _finished.ClosedAnswerOf(work.Group.TraceId),
        };
        while (!open.Budgets.IsEmpty)
        {
            try
            {
                open = await AdvanceAsync(forcing, open, cancellationToken);
                _granted = true;
            }
            catch (EndpointLostException)
            {
                attempt.GiveBack(open);
                throw;
            }
            catch (EndpointException fault) when (fault.IsTooLong)
            {
                // Only the largest budget is known not to fit: the smaller ones are kept.
                await FailAsync(open, open.Budgets[^1], fault.Message);
                open = open with { Budgets = open.Budgets[..^1] };
            }
            catch (EndpointException fault) when (!attempt.IsLast)
            {
                ThrowIfAllAreRefused(fault);
                _failed.Add(open);
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

    /// <summary>Does what comes next: the thinking, or the answer at the smallest open budget.</summary>
    /// <exception cref="EndpointException">It failed; <see cref="EndpointException.IsTooLong"/> where the largest open budget does not fit
    /// the context.</exception>
    private async Task<TraceWork> AdvanceAsync(IBudgetForcing forcing, TraceWork open, CancellationToken cancellationToken)
    {
        AskedProblem asked = await AskedAsync(forcing, open.Problem, cancellationToken);
        if (open.Thought is null || forcing.OneTraceServesAllBudgets)
            await forcing.RefuseBeyondContextAsync(asked, open.Budgets[^1], cancellationToken);
        if (open.Thought is null && open.Budgets[^1] > 0)
        {
            Thought thought = await forcing.ThinkAsync(asked, open.Group, open.Budgets[^1], cancellationToken);

            // A trace is durable before its first answer: regenerated on a GPU it would be another one.
            if (thought.Trace is { } trace)
                await journals.Traces.AppendAsync(trace);
            _counted.Thought(thought.Tokens ?? 0);
            return open with { Thought = thought };
        }

        // After the model has ended its thinking, larger budgets have the same thinking and share its answer.
        int budget = open.Budgets[0];
        bool isShared = open.Shared is not null && budget > 0 && budget >= open.Shared.ThinkingTokens;
        Trial trial = isShared ? open.Shared! with { BudgetTokens = budget } : await TrialAsync(forcing, asked, open, cancellationToken);
        if (journals.Thinking is { } texts && budget > 0 && !isShared)
            await texts.AppendAsync(TextRow(trial, await forcing.TextOfAsync(open.Thought!.UpTo(budget), cancellationToken)));
        await AddAsync(trial);
        return open with { Budgets = open.Budgets[1..], Shared = open.Shared ?? (trial.ClosedByModel ? trial : null) };
    }

    private static KeptThinking TextRow(Trial trial, string text) => new()
    {
        TraceId = trial.TraceId,
        Task = trial.Task,
        ProblemId = trial.ProblemId,
        Run = trial.Run,
        ThinkingTokens = trial.ThinkingTokens,
        Text = text,
    };

    private Task FailAsync(TraceWork open, int budget, string reason) =>
        AddAsync(NewTrial(open.Problem, open.Group, budget) with { Status = TrialStatus.Failed, Reason = reason }).AsTask();

    /// <exception cref="EndpointRefusedException">So many requests were refused for good that it is not about one problem.</exception>
    private void ThrowIfAllAreRefused(EndpointException fault)
    {
        if (fault.IsPermanentRefusal && !_granted && Interlocked.Increment(ref _refusals) >= RefusalsThatEndTheRun)
            throw new EndpointRefusedException($"The server refuses the requests of the accuracy pass. {fault.Message}");
    }

    /// <summary>A problem's prompt is rendered once for all of its runs.</summary>
    private async Task<AskedProblem> AskedAsync(IBudgetForcing forcing, Problem problem, CancellationToken cancellationToken)
    {
        if (_prompts.TryGetValue((problem.Task, problem.Id), out AskedProblem? rendered))
            return rendered;
        return _prompts[(problem.Task, problem.Id)] = await forcing.AskAsync(problem, cancellationToken);
    }

    /// <summary>The trial at the smallest open budget.</summary>
    private async Task<Trial> TrialAsync(IBudgetForcing forcing, AskedProblem asked, TraceWork open, CancellationToken cancellationToken)
    {
        (TrialGroup group, Thought? thought, int budget) = (open.Group, open.Thought, open.Budgets[0]);
        ThoughtAtBudget at = budget > 0 && thought is not null ? thought.At(budget) : new ThoughtAtBudget(0, false, 0, TrialStatus.Ok, "");
        Trial trial = NewTrial(open.Problem, group, budget) with
        {
            ThinkingTokens = at.Tokens,
            Status = at.Status,
            Reason = at.Reason,
        };
        if (!at.HasAnswer)
            return trial with { CountSource = thought!.CountSource };
        var request = new GenerationRequest
        {
            Prompt = asked.AnswerPrompt(thought, budget),
            MaxTokens = open.Problem.AnswerTokenLimit,

            // The seed follows from the cut, not from the budget: a trace that the model ended has one answer, whichever budget asks first.
            Seed = group.SeedOf(FormattableString.Invariant($"answer/{at.Tokens}")),
            Close = ThinkingEndHandling.Ignore,
            Group = group.Name,
        };
        ContinuedAnswer answer = await forcing.AnswerAsync(asked, request, cancellationToken);
        bool isUnread = at.Status == TrialStatus.Ok && answer.Status == TrialStatus.NoAnswer;
        bool isCounted = budget == 0 || thought?.Tokens is not null;
        return trial with
        {
            Status = at.Status == TrialStatus.Ok ? answer.Status : at.Status,
            Reason = isUnread ? "No answer could be read." : at.Reason,
            AnswerTokens = answer.AnswerTokens,
            Correct = answer.Grade.Correct,
            Answer = answer.Grade.Answer,
            Response = answer.Generation.Text,
            Cues = at.Cues,
            ClosedByModel = at.IsClosed,
            CountSource = isCounted ? answer.CountSource : CountSource.None,
        };
    }

    private Trial NewTrial(Problem problem, TrialGroup group, int budget) =>
        group.Row(problem, _plan.Semantics, forcings[0].PromptFormat, budget);

    private async ValueTask AddAsync(Trial trial)
    {
        await journals.Trials.AddAsync(trial);
        _counted.Finish(FinishedRow.Of(trial));
    }

    /// <summary>A trace and the budgets that it is to serve.</summary>
    private sealed record TraceWork(Problem Problem, TrialGroup Group, ImmutableArray<int> Budgets)
    {
        /// <summary>The thinking, in token ids a durable trace; null where it is yet to be generated.</summary>
        internal Thought? Thought { get; init; }

        /// <summary>
        /// The finished answer after the model's own end of thinking, which larger budgets share; null if there is none yet.
        /// </summary>
        internal Trial? Shared { get; init; }
    }

    /// <summary>Work on its way.</summary>
    /// <param name="Work">What is to be done.</param>
    /// <param name="GiveBack">Takes what is left of it where the endpoint is lost.</param>
    /// <param name="IsLast">Whether what fails has failed for good.</param>
    private sealed record Attempt(TraceWork Work, Action<TraceWork> GiveBack, bool IsLast);
}

/// <summary>Where the accuracy pass writes.</summary>
/// <param name="Traces">The thinking.</param>
/// <param name="Trials">The answers.</param>
/// <param name="Thinking">The thinking as text; null where it is not kept.</param>
internal sealed record AccuracyJournals(Journal<Trace> Traces, Journal<Trial> Trials, Journal<KeptThinking>? Thinking);
