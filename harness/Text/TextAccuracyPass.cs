using Calibration.Datasets;
using Calibration.Harness.Passes;
using Calibration.Results;

namespace Calibration.Harness.Text;

/// <summary>Accuracy on the text road: text cannot be cut at a token, so every budget is a request of its own.</summary>
internal sealed class TextAccuracyPass(TextSession session, ExperimentPlan plan, string runId, Journal<Trial> trials, FinishedWork finished, IProgress<MeasuringProgress> progress)
{
    private long done = finished.TrialCount;
    private long tokens;
    private long unusable;

    internal Task RunAsync(CancellationToken deadline, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Work().Where(work => !finished.Has(new TrialKey(work.Group.Task, work.Group.ProblemId, work.Group.Run, work.Budget))).TakeWhile(_ => !deadline.IsCancellationRequested),
        new ParallelOptions { MaxDegreeOfParallelism = plan.Concurrency, CancellationToken = cancellationToken },
        async (work, cancelled) => await RunAsync(work.Problem, work.Group, work.Budget, cancelled));

    private IEnumerable<(Problem Problem, TrialGroup Group, int Budget)> Work() =>
        from planned in plan.Groups()
        let task = planned.Task
        let problem = planned.Problem
        let whole = new TrialGroup(plan.Seed, task.Task, problem.Id, planned.Run, $"{runId}/{task.Task}/{problem.Id}/{planned.Run}")
        from budget in task.Budgets
        select (problem, whole.Apart(FormattableString.Invariant($"{budget}")), budget);

    private async Task RunAsync(Problem problem, TrialGroup group, int budget, CancellationToken cancellationToken)
    {
        Trial trial;
        try
        {
            trial = await TrialAsync(problem, group, budget, cancellationToken);
        }
        catch (EndpointException fault)
        {
            trial = Unusable(problem, group, budget, TrialStatus.Failed, fault.Message);
        }

        await trials.AppendAsync(trial);
        long bad = trial.IsUsable ? Interlocked.Read(ref unusable) : Interlocked.Increment(ref unusable);
        long thought = Interlocked.Add(ref tokens, trial.ThinkingTokens);
        progress.Report(new MeasuringProgress("accuracy", Interlocked.Increment(ref done), plan.TrialCount, thought, bad));
    }

    private async Task<Trial> TrialAsync(Problem problem, TrialGroup group, int budget, CancellationToken cancellationToken)
    {
        TextPrompt prompt = await session.RenderAsync(problem.Prompt, cancellationToken);
        TextThinking thinking = budget == 0 ? TextThinking.None : TextThinking.Of(
            await session.GenerateAsync(
                prompt.Thinking, budget, group.SeedOf("thinking"), group.Name, session.Profile.CloseToken, cancellationToken),
            plan.Semantics,
            budget);
        Generation answer = await session.GenerateAsync(
            thinking.AnswerPrompt(session.Profile, problem, prompt, budget), problem.AnswerTokenLimit, group.SeedOf("answer"), group.Name, stop: null, cancellationToken);
        Grade grade = AnswerGrader.Grade(problem, problem.AnswerCue + answer.Text, answer.Ending == Ending.Length);
        bool answered = grade.Status == GradeStatus.Answered;
        TrialStatus status = thinking.Status != TrialStatus.Ok ? thinking.Status : answered ? TrialStatus.Ok : TrialStatus.NoAnswer;
        string reason = status == TrialStatus.NoAnswer ? "No answer could be read." : thinking.Reason;
        return Unusable(problem, group, budget, status, reason) with
        {
            ThinkingTokens = thinking.Tokens ?? 0,
            AnswerTokens = answer.CompletionTokens ?? 0,
            Correct = grade.Correct,
            Answer = grade.Answer,
            Response = answer.Text,
            ClosedByModel = thinking.Closed,
            CountSource = thinking.CountSource,
        };
    }

    private Trial Unusable(Problem problem, TrialGroup group, int budget, TrialStatus status, string reason) =>
        group.Row(problem, plan.Semantics, Road.Text, budget, status, reason);
}
