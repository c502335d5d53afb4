namespace Calibration.Datasets.Grading;

/// <summary>A place in a response where an answer is stated.</summary>
/// <param name="Position">Where the statement starts; the last one wins.</param>
/// <param name="End">Where the answer's text ends; at the end of a truncated response it may be unfinished.</param>
/// <param name="Answer">The answer in canonical form; null where something is stated that is no answer of the kind.</param>
/// <param name="Closed">Whether the answer is complete even at the very end: a closed box, quote or bracket.</param>
internal sealed record Reading(int Position, int End, string? Answer, bool Closed);

/// <summary>How answers of one kind are read.</summary>
/// <param name="Statements">Explicit statements: boxes, "the answer is".</param>
/// <param name="Fallback">What a careful reader takes where nothing is stated explicitly; null where there is nothing to take.</param>
internal sealed record AnswerReader(Func<string, IEnumerable<Reading>> Statements, Func<string, Reading?> Fallback);
