using System.Globalization;
using Calibration.Datasets;
using Calibration.Datasets.Grading;

namespace Calibration.Tests.Datasets.Grading;

/// <summary>The ways in which models state an answer, and a wrong answer of the same kind.</summary>
internal static class Phrasings
{
    public static IEnumerable<(string Name, string Response)> Of(Problem problem, string answer)
    {
        string shown = Shown(problem, answer);
        yield return ("boxed", $"Let me see.\nThe final answer is \\boxed{{{shown}}}.");
        yield return ("bold", problem.Kind == AnswerKind.Literal ? $"So:\n\n**{shown}**" : $"So the result:\n\n**{shown}**");
        yield return ("the answer is", $"I checked it twice. The answer is {shown}.");
        yield return ("sentence", Sentence(problem, shown));
        yield return ("bare", shown);
        yield return ("cued", Cued(problem, shown));
        yield return ("thought", $"<think>\nIs it \\boxed{{7}}? The answer is B, no.\n</think>\n\nThe final answer is: {shown}");
    }

    /// <summary>Whether there is a wrong answer: where two choices have the same text and are all there are, there is none.</summary>
    public static bool HasWrong(Problem problem) =>
        problem.Kind != AnswerKind.Choice || problem.ChoiceLetters.Any(letter => !problem.Gold.Contains(letter));

    public static string Wrong(Problem problem) => problem.Kind switch
    {
        AnswerKind.Number => Enumerable.Range(1, 5).Select(add =>
            (decimal.Parse(problem.Gold[0], CultureInfo.InvariantCulture) + add).ToString(CultureInfo.InvariantCulture))
                .First(n => !problem.Gold.Contains(n)),
        AnswerKind.Choice => problem.ChoiceLetters.First(letter => !problem.Gold.Contains(letter)),
        AnswerKind.Boolean => BooleanWords.FamilyOf(problem.Gold[0]) is { } family && family.Yes == problem.Gold[0]
            ? family.No
            : BooleanWords.FamilyOf(problem.Gold[0])!.Yes,
        AnswerKind.Literal => problem.Gold[0] == "'wrong'" ? "'right'" : "'wrong'",
        AnswerKind.Brackets => problem.Gold[0] + ")",
        _ => string.Join(' ', problem.Gold[0].Split(' ').Reverse()) is var reversed && reversed != problem.Gold[0]
            ? reversed
            : problem.Gold[0] + " more",
    };

    private static string Shown(Problem problem, string answer) => problem.Kind switch
    {
        AnswerKind.Brackets => string.Join(' ', answer.ToCharArray()),
        AnswerKind.Boolean => char.ToUpperInvariant(answer[0]) + answer[1..],
        _ => answer,
    };

    private static string Sentence(Problem problem, string shown) => problem.Kind switch
    {
        AnswerKind.Number => $"After 3 days and 2 nights that makes {shown} in total.",
        AnswerKind.Choice => $"Everything considered, the statement that fits best must be {shown}.",
        AnswerKind.Boolean => $"Having followed the rules above, I would have to say {shown.ToLowerInvariant()}.",
        AnswerKind.Literal => $"Calling the function with this input gives back {shown}.",
        AnswerKind.Brackets => $"To close what is open (see above), one still needs {shown}",
        _ => $"Put into alphabetical order, the words are {shown}.",
    };

    private static string Cued(Problem problem, string shown) => problem.AnswerCue.EndsWith('{')
        ? $"{problem.AnswerCue}{shown}}}."
        : $"{problem.AnswerCue}{(problem.AnswerCue.EndsWith(' ') ? "" : " ")}{shown}\n\nThat is all.";
}
