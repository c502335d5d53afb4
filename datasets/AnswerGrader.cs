namespace Calibration.Datasets;

/// <summary>Reads the answer out of a response and compares it with the gold answer. Model output is never executed.</summary>
/// <remarks>
/// Everything up to the last <c>&lt;/think&gt;</c> is dropped. Explicit statements are boxes, "the answer is …" and <c>"answer": …</c>;
/// the last one wins, and where it is no answer of the problem's kind, nothing is guessed from elsewhere. Only a response without
/// any statement and without the problem's cue is searched for what a careful reader would take: the last number, the letter of the last sentence.
/// </remarks>
public static class AnswerGrader
{
    /// <summary>Grades one response.</summary>
    /// <param name="problem">The problem asked.</param>
    /// <param name="response">The cue and what the model wrote after it, or a whole response of any model.</param>
    /// <param name="truncated">Whether the response hit its token limit: an answer that reaches its very end is then unfinished.</param>
    /// <returns>The status, the answer in canonical form, and whether it is right. Never throws on any response.</returns>
    public static Grade Grade(Problem problem, string response, bool truncated = false)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(response);
        if (ThinkingText.AfterThinking(response) is not { } text) return new(GradeStatus.UnclosedThinking, "", false);
        Reading? reading = Read(problem, text);
        if (reading?.Answer is not { } answer || (truncated && IsUnfinished(reading, text))) return new(GradeStatus.NoAnswer, "", false);
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
        Reading? stated = null;
        foreach (Reading statement in reader.Statements(text))
        {
            if (stated is null || statement.Position >= stated.Position) stated = statement;
        }

        if (stated is not null || text.TrimStart().StartsWith(problem.AnswerCue.Trim(), StringComparison.Ordinal)) return stated;
        return reader.Fallback(text);
    }

    private static AnswerReader ReaderOf(Problem problem) => problem.Kind switch
    {
        AnswerKind.Number => NumberReader.Reader,
        AnswerKind.Choice => ChoiceReader.Of(problem.ChoiceLetters, problem.ChoiceTexts),
        AnswerKind.Boolean => BooleanReader.Of(BooleanWords.FamilyOf(problem.Gold[0]) ?? throw new ArgumentException($"The gold answer of {problem.Id} is no known word.", nameof(problem)), problem.Prompt),
        AnswerKind.Literal => LiteralReader.Of(problem.AnswerCue),
        AnswerKind.Brackets => BracketReader.Reader,
        _ => WordListReader.Reader,
    };

    private static bool IsUnfinished(Reading reading, string text) => !reading.Closed && reading.End >= text.AsSpan().TrimEnd().Length;

    private static bool AreEqual(AnswerKind kind, string answer, string gold) => kind switch
    {
        AnswerKind.Literal => PythonLiteral.Parse(answer) is { } a && PythonLiteral.Parse(gold) is { } b && a.Equals(b),
        AnswerKind.Words => WordListReader.AreEqual(answer, gold),
        _ => answer == gold,
    };
}
