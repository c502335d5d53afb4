using Calibration.Datasets;
using CsCheck;
using Xunit;

namespace Calibration.Tests.Datasets.Grading;

/// <summary>Whatever a model writes, a grader answers with a grade and never throws.</summary>
public sealed class GraderPropertyTests
{
    private const int Strings = 100_000;

    private static readonly string[] Fragments =
    [
        @"\boxed{", "}", "{", @"\{", @"\}", @"\text{", @"\frac{", "}{", "$", @"\$", "**", "`", "```python\n", "\n", "\n\n", " ", ".", ",",
            ":", "-", "−", "–", "=", "==", "≈", "(", ")", "[", "]", "<", ">",
        "<think>", "</think>", "####", "The answer is ", "Answer: ", "\"answer\": \"", "the correct option is ", "I choose ", "output is ",
        "returns ", "[ANSWER]", "[/ANSWER]", "f(", "f('x == y', [1]) == ",
        "The final answer is:", "A", "B", "C.", "(D)", "E", "a lever", "a pulley", "yes", "No", "not valid", "true", "ape bee cat",
        "1. ape", "- bee", "18", "-3", "1,234", "025", "1e5", @"\times 10^{", "%", "5R - 4", "9999999999999999999999999999999999",
        "'", "\"", "'''", "b'", "\\x", "\\u00", "\\", "#", "set()", "{1: 2}", "None", "1e999", "...", "+", "*", "/", "\0", "\r", "é", "😀",
        "\ud83d", "٣", "　", "if",
    ];

    private static readonly Gen<string> Answers = Gen.OneOf<string>(
        Gen.OneOf(Fragments).Array[0, 14].Select(string.Concat),
        Gen.String[0, 40],
        Gen.Char["\\boxed{}'\"()[]<>,.:=- \n0123456789AaBbfyesno"].Array[0, 60].Select(text => new string(text)));

    public static TheoryData<string> Kinds => [.. Enum.GetNames<AnswerKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Grade_AnyText_NeverThrows(string kind)
    {
        Problem problem = Of(kind);
        Gen.Select(Answers, Gen.Bool).Sample(
            (text, truncated) =>
            {
                Grade grade = AnswerGrader.Grade(problem, text, truncated);
                return grade.Status == GradeStatus.Answered ? grade.Answer.Length > 0 : grade.Answer.Length == 0 && !grade.Correct;
            },
            iter: Strings,
            threads: 2);
    }

    /// <summary>A model that repeats itself must not cost more than its length: quadratic time would take minutes here.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Grade_EndlessRepetition_Returns(string kind)
    {
        foreach (string fragment in Fragments) AnswerGrader.Grade(Of(kind), string.Concat(Enumerable.Repeat(fragment, 4000)));
    }

    private static Problem Of(string kind) => Enum.Parse<AnswerKind>(kind) switch
    {
        AnswerKind.Number => Own.Number(),
        AnswerKind.Choice => Own.Choice(),
        AnswerKind.Boolean => Own.Boolean(),
        AnswerKind.Literal => Own.Literal(),
        AnswerKind.Brackets => Own.Brackets(),
        _ => Own.Words(),
    };
}
