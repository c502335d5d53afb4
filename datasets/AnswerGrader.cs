using Calibration.Datasets.Grading;
using Calibration.Datasets.Grading.Numbers;
using Calibration.Datasets.Python;

namespace Calibration.Datasets;

/// <summary>Reads the answer out of a response and compares it with the gold answer. Model output is never executed.</summary>
/// <remarks>
/// The thinking is dropped, whichever of the known delimiters it has. Statements are boxes, answer tags, "the answer is …" and
/// <c>"answer": …</c>;
/// the last one wins, and where it is no single answer of the problem's kind, nothing is guessed from elsewhere. Only a response without
/// any statement and without the problem's cue is searched for what a careful reader would take: the last number, the letter of the last
/// sentence.
/// </remarks>
public static class AnswerGrader
{
    /// <summary>Grades one response.</summary>
    /// <param name="problem">The problem asked.</param>
    /// <param name="response">The cue and what the model wrote after it, or a complete response of any model.</param>
    /// <param name="truncated">
    /// Whether the response hit its token limit: an answer that reaches its very end, or a box that is not closed, is then unfinished.
    /// </param>
    /// <param name="thinking">The delimiters of the model's thinking, where they are none of the known ones.</param>
    /// <returns>The status, the answer in canonical form, and whether it is right. Never throws on any response.</returns>
    public static Grade Grade(Problem problem, string response, bool truncated = false, ThinkingDelimiters? thinking = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(response);
        if (ThinkingText.AfterThinking(response, thinking) is not { } answered) return new(GradeStatus.UnclosedThinking, "", false);
        // In a literal every character counts.
        string text = problem.Kind == AnswerKind.Literal ? answered : ResponseText.Prepared(answered);
        Reading? reading = Read(problem, text);
        if (reading?.Answer is not { } answer || (truncated && IsUnfinished(problem, reading, text)))
            return new(GradeStatus.NoAnswer, "", false);
        return new(GradeStatus.Answered, answer, problem.Gold.Any(gold => AreEqual(problem.Kind, answer, gold)));
    }

    /// <summary>Puts a gold answer from outside into canonical form.</summary>
    /// <param name="kind">Kind of the answer.</param>
    /// <param name="gold">The answer as written in a file.</param>
    /// <returns>The canonical form, or null where the text is no answer of that kind.</returns>
    public static string? Canonical(AnswerKind kind, string gold)
    {
        ArgumentNullException.ThrowIfNull(gold);
        return kind switch
        {
            AnswerKind.Number => NumberReader.Canonical(gold),
            AnswerKind.Choice => ChoiceReader.Canonical(gold),
            AnswerKind.Boolean => BooleanWords.Canonical(gold),
            AnswerKind.Literal => LiteralReader.Canonical(gold),
            AnswerKind.Brackets => BracketReader.Canonical(gold),
            _ => WordListReader.Canonical(gold) is { Length: > 0 } words ? words : null,
        };
    }

    private static Reading? Read(Problem problem, string text)
    {
        AnswerReader reader = ReaderOf(problem);
        // A model that runs on and asks itself the next question has answered before it.
        int next = ResponseText.NextQuestion(text);
        if (next > 0 && Stated(reader, text[..next]) is { Answer: not null } first) return first;
        if (Stated(reader, text) is { } stated) return stated;
        return text.TrimStart().StartsWith(problem.AnswerCue.Trim(), StringComparison.Ordinal) ? null : reader.Fallback(text);
    }

    private static Reading? Stated(AnswerReader reader, string text)
    {
        Reading? stated = null;
        foreach (Reading statement in reader.Statements(text))
        {
            if (stated is null || statement.Position >= stated.Position) stated = statement;
        }

        return stated;
    }

    private static AnswerReader ReaderOf(Problem problem) => problem.Kind switch
    {
        AnswerKind.Number => NumberReader.Reader,
        AnswerKind.Choice => ChoiceReader.For(problem),
        AnswerKind.Boolean => BooleanReader.For(FamilyOf(problem), problem.Prompt),
        AnswerKind.Literal => LiteralReader.For(problem.AnswerCue),
        AnswerKind.Brackets => BracketReader.Reader,
        _ => WordListReader.Reader,
    };

    private static BooleanWords FamilyOf(Problem problem) => BooleanWords.FamilyOf(problem.Gold[0])
        ?? throw new ArgumentException($"The gold answer of {problem.Id} is not a known word.", nameof(problem));

    private static bool IsUnfinished(Problem problem, Reading reading, string text) =>
        (!reading.Closed && reading.End >= text.AsSpan().TrimEnd().Length)
        || (problem.Kind is AnswerKind.Number or AnswerKind.Choice or AnswerKind.Boolean or AnswerKind.Words && Box.IsCutOff(text));

    private static bool AreEqual(AnswerKind kind, string answer, string gold) => kind switch
    {
        AnswerKind.Literal => PythonLiteral.Parse(answer) is { } a && PythonLiteral.Parse(gold) is { } b && a.Equals(b),
        AnswerKind.Words => WordListReader.AreEqual(answer, gold),
        _ => answer == gold,
    };
}
