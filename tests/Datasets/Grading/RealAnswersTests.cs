using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Calibration.Datasets;
using Calibration.Datasets.Loading;
using Xunit;

namespace Calibration.Tests.Datasets.Grading;

/// <summary>
/// A real model's answers, read as a careful person reads them: <c>real-answers.csv</c> holds what a person read wherever the answer is
/// more than a boxed number, letter or word; an empty answer means that none is stated.
/// </summary>
public sealed partial class RealAnswersTests
{
    [Theory]
    [InlineData("gsm8k", 448)]
    [InlineData("arc", 256)]
    [InlineData("bbh", 325)]
    [InlineData("cruxeval", 227)]
    public void Grade_RealAnswer_AsAPersonReads(string task, int count)
    {
        Dictionary<string, Problem> problems = Shared.Load(task).Problems.ToDictionary(problem => problem.Id);
        Dictionary<(string Id, string Budget), string> read = Table(task);
        List<string> faults = [];
        int seen = 0;
        foreach ((string id, string budget, string response) in Answers(task))
        {
            seen++;
            Grade grade = AnswerGrader.Grade(problems[id], response);
            string expected = read.GetValueOrDefault((id, budget)) ?? Simple(problems[id], response);
            if (grade.Answer != expected) faults.Add($"{id} {budget}: '{grade.Answer}' for '{expected}'");
            if (grade.Correct != problems[id].Gold.Contains(grade.Answer) && problems[id].Kind != AnswerKind.Literal) faults.Add(
                $"{id} {budget}: correct");
        }

        Assert.Equal(count, seen);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>The curve beside the answers was made by other software: its verdicts must agree.</summary>
    [Fact]
    public void Grade_Gsm8kAnswers_AsInTheCurve()
    {
        Dictionary<string, Problem> problems = Shared.Load("gsm8k").Problems.ToDictionary(problem => problem.Id);
        Dictionary<(string, string), string> curve = File.ReadLines(Path.Combine(Shared.Folder("answers"), "curve-gsm8k.csv")).Skip(1)
            .Select(line => line.Split(',')).ToDictionary(cell => (cell[1], cell[3]), cell => cell[4]);
        int compared = 0;
        foreach ((string id, string budget, string response) in Answers("gsm8k").Where(answer =>
            curve.ContainsKey((answer.Id, answer.Budget))))
        {
            compared++;
            Assert.Equal(curve[(id, budget)] == "1", AnswerGrader.Grade(problems[id], response).Correct);
        }

        Assert.Equal(410, compared);
    }

    private static IEnumerable<(string Id, string Budget, string Response)> Answers(string task)
    {
        foreach (string line in File.ReadLines(Path.Combine(Shared.Folder("answers"), task + ".jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            string budget = root.GetProperty("kind").GetString() == "natural"
                ? "natural"
                : root.GetProperty("budget").GetInt32().ToString(CultureInfo.InvariantCulture);
            yield return (root.GetProperty("id").GetString()!, budget, root.GetProperty("response").GetString()!);
        }
    }

    private static Dictionary<(string Id, string Budget), string> Table(string task)
    {
        string path = Shared.Source("real-answers.csv");
        return CsvRows.Read(path, File.ReadAllBytes(path)).Where(row => (string)row["file"] == task)
            .ToDictionary(row => ((string)row["id"], (string)row["budget"]), row => (string)row["answer"]);
    }

    // What a box simply holds; for literals, half of whose strings lack their quotes, nothing where it is no literal.
    private static string Simple(Problem problem, string response)
    {
        Match box = BoxOnly().Match(response);
        return box.Success ? AnswerGrader.Canonical(problem.Kind, box.Groups[1].Value) ?? "" : "";
    }

    [GeneratedRegex(@"^The final answer is \\boxed\{(.*)\}\.?$")]
    private static partial Regex BoxOnly();
}
