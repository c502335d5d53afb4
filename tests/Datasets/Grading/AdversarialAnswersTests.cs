using System.Text.Json;
using Calibration.Datasets;
using Xunit;

namespace Calibration.Tests.Datasets.Grading;

/// <summary>
/// Short answers in forms that graders misread, each with its right grade as a careful reader gives it. <c>adversarial-own.jsonl</c> is
/// invented; the other set lies beside the checkout. A wrong answer that is accepted is worse than a right one that is not read.
/// </summary>
public sealed class AdversarialAnswersTests
{
    private const int MostReadOtherwise = 4;

    [Fact]
    public void Grade_OwnAnswers_AsACarefulReader()
    {
        (int count, List<string> accepted, List<string> refused) = Disagreements(Shared.Source("adversarial-own.jsonl"));
        Assert.True(count >= 700, $"{count} answers");
        Assert.True(accepted.Count + refused.Count == 0, string.Join('\n', accepted.Concat(refused)));
    }

    [Fact]
    public void Grade_SharedAnswers_NoWrongOneAccepted()
    {
        (int count, List<string> accepted, List<string> refused) =
            Disagreements(Path.Combine(Shared.Folder("answers"), "adversarial.jsonl"));
        Assert.Equal(401, count);
        Assert.True(accepted.Count == 0, string.Join('\n', accepted));
        Assert.True(refused.Count <= MostReadOtherwise, string.Join('\n', refused));
    }

    private static (int Count, List<string> Accepted, List<string> Refused) Disagreements(string file)
    {
        List<string> accepted = [], refused = [];
        int count = 0;
        foreach (string line in File.ReadLines(file))
        {
            count++;
            using JsonDocument document = JsonDocument.Parse(line);
            using StringReader responses = new(line);
            using StringWriter grades = new();
            Benchmark benchmark = Benchmarks.Find(document.RootElement.GetProperty("benchmark").GetString()!)!;
            bool graded = ResponseGrading.Grade(responses, grades, new GradingKey(benchmark)).Correct == 1;
            if (graded == document.RootElement.GetProperty("correct").GetBoolean()) continue;
            (graded ? accepted : refused).Add($"{(graded ? "accepted" : "refused")} {line} as {grades}");
        }

        return (count, accepted, refused);
    }
}
