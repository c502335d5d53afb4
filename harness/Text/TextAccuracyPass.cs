using System.Collections.Concurrent;
using Calibration.Datasets;
using Calibration.Harness.Forcing;
using Calibration.Harness.Models;
using Calibration.Harness.Passes;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Text;

/// <summary>Accuracy on the text road: text cannot be cut at a token, so every budget is a request of its own.</summary>
internal sealed class TextAccuracyPass(TextSession session, ExperimentPlan plan, string runId, Journal<Trial> trials, FinishedWork finished, TimeProvider clock, IProgress<MeasuringProgress> progress)
{
    private readonly PassProgress counted = new(("accuracy", plan.TrialCount, finished.TrialCount), () => session.Traffic, progress, clock);

    /// <summary>Measures what is not finished; what failed is tried once more at the end.</summary>
    /// <exception cref="EndpointLostException">The endpoint is down for too long.</exception>
    internal async Task RunAsync(CancellationToken deadline, CancellationToken cancellationToken)
    {
        await using ITimer heartbeat = counted.StartHeartbeat();
        var failed = new ConcurrentBag<(Problem Problem, TrialGroup Group, int Budget)>();
        await RunAsync(Work().Where(work => !finished.Has(new TrialKey(work.Group.Task, work.Group.ProblemId, work.Group.Run, work.Budget))), failed.Add);
        await RunAsync(failed.ToArray().OrderBy(work => work.Group.TraceId, StringComparer.Ordinal), again: null);

        Task RunAsync(IEnumerable<(Problem Problem, TrialGroup Group, int Budget)> open, Action<(Problem Problem, TrialGroup Group, int Budget)>? again) => Parallel.ForEachAsync(
            open.TakeWhile(_ => !deadline.IsCancellationRequested),
            new ParallelOptions { MaxDegreeOfParallelism = plan.Concurrency, CancellationToken = cancellationToken },
            async (work, cancelled) =>
            {
                if (await TryAsync(work.Problem, work.Group, work.Budget, isLastTry: again is null, cancelled) is { } trial)
                    await AddAsync(trial);
                else
                    again!(work);
            });
    }

    private IEnumerable<(Problem Problem, TrialGroup Group, int Budget)> Work() =>
        from planned in plan.Groups()
        let task = planned.Task
        let problem = planned.Problem
        let whole = new TrialGroup(plan.Seed, task.Task, problem.Id, planned.Run, $"{runId}/{task.Task}/{problem.Id}/{planned.Run}")
        from budget in task.Budgets
        select (problem, whole.Apart(FormattableString.Invariant($"{budget}")), budget);

    /// <returns>The trial, or null where it failed and is worth another try.</returns>
    private async Task<Trial?> TryAsync(Problem problem, TrialGroup group, int budget, bool isLastTry, CancellationToken cancellationToken)
    {
        try
        {
            return await TrialAsync(problem, group, budget, cancellationToken);
        }
        catch (EndpointException fault)
        {
            return isLastTry ? NewTrial(problem, group, budget, TrialStatus.Failed, fault.Message) : null;
        }
    }

    private async ValueTask AddAsync(Trial trial)
    {
        await trials.AddAsync(trial);
        counted.Thought(trial.ThinkingTokens);
        counted.Finish(trial.IsUsable);
    }

    private async Task<Trial> TrialAsync(Problem problem, TrialGroup group, int budget, CancellationToken cancellationToken)
    {
        TextPrompt prompt = await session.RenderAsync(problem.Prompt, cancellationToken);
        await session.RefuseBeyondContextAsync(
            TextThinking.None.AnswerPrompt(session.Profile, problem, prompt, budget), budget + problem.AnswerTokenLimit, cancellationToken);
        TextThinking thinking = budget == 0 ? TextThinking.None : TextThinking.Of(
            await session.GenerateAsync(
                prompt.Thinking, budget, group.SeedOf("thinking"), group.Name, session.Profile.CloseToken, cancellationToken),
            plan.Semantics,
            budget,
            session.Profile.CloseToken,
            session.CloseIsOneToken);

        // Thinking that was written as text may have more tokens when it is read again.
        string answerPrompt = thinking.AnswerPrompt(session.Profile, problem, prompt, budget);
        await session.RefuseBeyondContextAsync(answerPrompt, problem.AnswerTokenLimit, cancellationToken);
        Generation answer = await session.GenerateAsync(
            answerPrompt, problem.AnswerTokenLimit, group.SeedOf("answer"), group.Name, stop: null, cancellationToken);
        Grade grade = AnswerGrader.Grade(problem, problem.AnswerCue + answer.Text, answer.Ending == Ending.Length);
        bool answered = grade.Status == GradeStatus.Answered;
        TrialStatus status = thinking.Status != TrialStatus.Ok ? thinking.Status : answered ? TrialStatus.Ok : TrialStatus.NoAnswer;
        string reason = status == TrialStatus.NoAnswer ? "No answer could be read." : thinking.Reason;
        return NewTrial(problem, group, budget, status, reason) with
        {
            ThinkingTokens = thinking.Tokens ?? 0,
            AnswerTokens = answer.TokensBeforeEnd ?? 0,
            Correct = grade.Correct,
            Answer = grade.Answer,
            Response = answer.Text,
            ClosedByModel = thinking.Closed,
            CountSource = answer.CompletionTokens is null ? CountSource.None : thinking.CountSource,
        };
    }

    private Trial NewTrial(Problem problem, TrialGroup group, int budget, TrialStatus status, string reason) =>
        group.Row(problem, plan.Semantics, Road.Text, budget, status, reason);
}
