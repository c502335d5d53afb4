using Calibration.Datasets;
using Xunit;

namespace Calibration.Tests.Datasets.Grading;

/// <summary>Every item of the real files: its gold answer in several phrasings is right, another answer of its kind is wrong.</summary>
public sealed class RegradeTests
{
    [Theory]
    [InlineData("gsm8k")]
    [InlineData("cruxeval")]
    [InlineData("bbh")]
    [InlineData("arc")]
    public void Grade_GoldInEveryPhrasing_Right(string task) => Check(Shared.Load(task).Problems);

    internal static void Check(IEnumerable<Problem> problems)
    {
        List<string> faults = [];
        foreach (Problem problem in problems)
        {
            foreach (string gold in problem.Gold)
            {
                foreach ((string name, string response) in Phrasings.Of(problem, gold))
                {
                    Grade grade = AnswerGrader.Grade(problem, response);
                    if (!grade.Correct) faults.Add($"{problem.Id} {name}: {grade.Status} '{grade.Answer}' for gold '{gold}'");
                }
            }

            if (!Phrasings.HasWrong(problem)) continue;
            string wrong = Phrasings.Wrong(problem);
            foreach ((string name, string response) in Phrasings.Of(problem, wrong))
            {
                Grade grade = AnswerGrader.Grade(problem, response);
                if (grade.Correct || grade.Status != GradeStatus.Answered) faults.Add(
                    $"{problem.Id} {name}: {grade.Status} '{grade.Answer}' for wrong '{wrong}'");
            }
        }

        Assert.True(faults.Count == 0, $"{faults.Count} faults:\n{string.Join('\n', faults.Take(30))}");
    }
}
