namespace Calibration.Datasets;

/// <summary>What became of one response.</summary>
public enum GradeStatus
{
    /// <summary>An answer of the right kind could be read.</summary>
    Answered,

    /// <summary>No answer could be read, or the token limit cut it off.</summary>
    NoAnswer,

    /// <summary>The response is still inside its thinking.</summary>
    UnclosedThinking,
}

/// <summary>A response, graded.</summary>
/// <param name="Status">Whether an answer could be read.</param>
/// <param name="Answer">The answer in canonical form; empty unless <see cref="GradeStatus.Answered"/>.</param>
/// <param name="Correct">Whether it equals the gold answer; false where nothing could be read.</param>
public sealed record Grade(GradeStatus Status, string Answer, bool Correct);
