using System.Globalization;
using Calibration.Datasets;

namespace Calibration.Endpoint.Model;

/// <summary>The words in which the simulated model gives a right or a wrong answer.</summary>
internal static class Answering
{
    /// <summary>What follows the cue.</summary>
    internal static string Complete(Problem? problem, string cue, bool right)
    {
        string answer = problem is null ? "unknown" : right ? problem.Gold[0] : WrongAnswer(problem);
        if (cue.Length == 0)
            return $"\n\nThe final answer is \\boxed{{{answer}}}.";
        return cue.EndsWith('{') ? answer + "}." : cue.EndsWith(' ') ? answer : " " + answer;
    }

    private static string WrongAnswer(Problem problem)
    {
        string gold = problem.Gold[0];
        return problem.Kind switch
        {
            AnswerKind.Number => decimal.TryParse(gold, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number)
                ? (number + 1).ToString(CultureInfo.InvariantCulture)
                : "1",
            AnswerKind.Choice => problem.ChoiceLetters.First(letter => !problem.Gold.Contains(letter)),
            AnswerKind.Boolean => OtherOf(gold),
            AnswerKind.Words => string.Join(' ', gold.Split(' ').Reverse().Append("again")),
            AnswerKind.Brackets => gold + gold,
            _ => gold == "None" ? "'None'" : "None",
        };
    }

    private static string OtherOf(string gold) => gold.ToUpperInvariant() switch
    {
        "YES" => "No",
        "NO" => "Yes",
        "TRUE" => "False",
        "FALSE" => "True",
        "VALID" => "invalid",
        _ => "valid",
    };
}
