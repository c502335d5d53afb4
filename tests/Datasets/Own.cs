using Calibration.Datasets;

namespace Calibration.Tests.Datasets;

/// <summary>Invented problems for the graders' tests.</summary>
internal static class Own
{
    public static Problem Number(string gold = "18") => Of(AnswerKind.Number, gold);

    public static Problem Boolean(string gold = "yes") => Of(AnswerKind.Boolean, gold);

    public static Problem Words(string gold = "ape bee cat") => Of(AnswerKind.Words, gold) with { AnswerCue = "The final answer is:" };

    public static Problem Brackets(string gold = ")]}") => Of(AnswerKind.Brackets, gold) with { AnswerCue = "The final answer is:" };

    public static Problem Literal(string gold = "'ab'") => Of(AnswerKind.Literal, gold) with { AnswerCue = "f('x == y', [1]) == " };

    public static Problem Choice(string gold = "C") => Of(AnswerKind.Choice, gold) with
    {
        ChoiceLetters = ["A", "B", "C", "D"],
        ChoiceTexts = ["a lever", "a wedge", "a pulley", "two gears"],
    };

    private static Problem Of(AnswerKind kind, string gold) => new()
    {
        Task = "own",
        Id = "1",
        Prompt = "?",
        Kind = kind,
        Gold = [gold],
        AnswerCue = @"The final answer is \boxed{",
        AnswerTokenLimit = 16,
    };
}
