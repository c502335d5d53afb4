using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>An answer asked for after some thinking, and graded.</summary>
/// <param name="Generation">What the server sent; a cue may quote the question, which is never stored.</param>
/// <param name="AnswerTokens">Tokens before the end of the turn.</param>
/// <param name="CountSource">Where that count comes from.</param>
/// <param name="Grade">The grade.</param>
internal sealed record ContinuedAnswer(Generation Generation, int AnswerTokens, CountSource CountSource, Grade Grade)
{
    internal TrialStatus Status => Grade.Status == GradeStatus.Answered ? TrialStatus.Ok : TrialStatus.NoAnswer;

    /// <summary>Grades an answer.</summary>
    /// <param name="problem">The problem that it is to solve.</param>
    /// <param name="generation">What the server sent.</param>
    /// <param name="tokens">Tokens before the end of the turn; absent where they are not counted.</param>
    /// <param name="source">Where a count comes from.</param>
    internal static ContinuedAnswer From(Problem problem, Generation generation, int? tokens, CountSource source)
    {
        bool ended = source == CountSource.Ids && tokens < generation.TokenIds.Length;
        bool truncated = !ended && generation.Ending == Ending.Length;
        Grade grade = AnswerGrader.Grade(problem, problem.AnswerCue + generation.Text, truncated);
        return new ContinuedAnswer(generation, tokens ?? 0, tokens is null ? CountSource.None : source, grade);
    }
}
