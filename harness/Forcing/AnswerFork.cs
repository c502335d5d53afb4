using System.Collections.Immutable;
using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>An answer asked for after some thinking, and graded.</summary>
/// <param name="Generation">What the server sent.</param>
/// <param name="AnswerTokens">Tokens before the end of the turn.</param>
/// <param name="Response">What the model wrote after the cue; a cue may quote the question, which is never stored.</param>
/// <param name="Grade">The grade.</param>
internal sealed record AnswerFork(Generation Generation, int AnswerTokens, string Response, Grade Grade)
{
    internal TrialStatus Status => Grade.Status == GradeStatus.Answered ? TrialStatus.Ok : TrialStatus.NoAnswer;

    /// <summary>Prompt tokens after which the answer begins: no thinking, thinking cut at ℓ, or thinking that the model closed.</summary>
    internal static ImmutableArray<ReadOnlyMemory<int>> Prompt(AskedProblem asked, Trace? trace, int budgetTokens)
    {
        if (trace is null || budgetTokens == 0)
            return [asked.NoThinkingPrompt, asked.Cue];
        ReadOnlyMemory<int> thinking = trace.TokenIds.AsMemory();
        return trace.ClosedByModel && budgetTokens >= thinking.Length
            ? [asked.ThinkingPrompt, thinking, asked.NaturalClose]
            : [asked.ThinkingPrompt, thinking[..budgetTokens], asked.ForcedClose];
    }

    internal static async Task<AnswerFork> AskAsync(
        EndpointSession session, AskedProblem asked, GenerationRequest request, CancellationToken cancellationToken) =>
        Of(session, asked, await session.GenerateAsync(request, cancellationToken));

    internal static AnswerFork Of(EndpointSession session, AskedProblem asked, Generation answer)
    {
        int tokens = session.Form.EndOfTurn(answer);
        bool truncated = tokens == answer.TokenIds.Length && answer.Ending == Ending.Length;
        return new AnswerFork(answer, tokens, answer.Text, AnswerGrader.Grade(asked.Problem, asked.Problem.AnswerCue + answer.Text, truncated));
    }
}
