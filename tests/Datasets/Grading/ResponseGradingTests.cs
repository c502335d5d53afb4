using Calibration.Datasets;
using Xunit;

namespace Calibration.Tests.Datasets.Grading;

public sealed class ResponseGradingTests
{
    [Fact]
    public void Grade_Lines_SameOrderAndDuplicates()
    {
        string lines = """
            {"id":"1","response":"The answer is 5.","gold":"5"}

            {"id":"1","response":"\\boxed{1,450}","gold":"1450"}
            {"id":2,"response":"nothing","gold":7}
            {"id":"3","response":"\\boxed{81}","gold":["80","81"]}
            {"id":"4","response":"<think>so","gold":"1"}
            {"id":"5","response":"The answer is 12","gold":"12","truncated":true}
            {"id":"6","response":"It is 4 \ud83d","gold":"4"}
            """;
        Assert.Equal(
            """
            {"id":"1","answer":"5","status":"Answered","correct":true}
            {"id":"1","answer":"1450","status":"Answered","correct":true}
            {"id":"2","answer":"","status":"NoAnswer","correct":false}
            {"id":"3","answer":"81","status":"Answered","correct":true}
            {"id":"4","answer":"","status":"UnclosedThinking","correct":false}
            {"id":"5","answer":"","status":"NoAnswer","correct":false}
            {"id":"6","answer":"4","status":"Answered","correct":true}

            """.ReplaceLineEndings("\n"),
            Graded("gsm8k", lines, null, new(7, 4, 3)));
    }

    [Fact]
    public void Grade_KnownIdAndGoldInTheLine_LineWins()
    {
        Problem known = Own.Number("18") with { Id = "a" };
        string grades = Graded(
            "gsm8k", "{\"id\":\"a\",\"response\":\"18\"}\n{\"id\":\"a\",\"response\":\"18\",\"gold\":\"19\"}\n", [known], new(2, 1, 0));
        Assert.Contains("\"correct\":false", grades, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arc", """{"id":"x","response":"\\boxed{two gears}","gold":"B","choices":["a lever","two gears"]}""", "B", true)]
    [InlineData("arc", """{"id":"x","response":"\\boxed{C}","gold":"B","choices":["a lever","two gears"]}""", "", false)]
    [InlineData("arc", """{"id":"x","response":"Answer: B","gold":"2","choices":{"text":["a lever","two gears"],"label":["1","2"]}}""", "B",
        true)]
    [InlineData("gpqa", """{"id":"x","response":"Answer: (D)","gold":"D"}""", "D", true)]
    [InlineData("cruxeval", """{"id":"x","response":"f(1) == \"a\"","gold":"'a'"}""", "'a'", true)]
    [InlineData("bbh", """{"id":"x","response":"\\boxed{(R)}","gold":"(R)"}""", "R", true)]
    [InlineData("bbh", """{"id":"x","response":"Valid.","gold":"valid"}""", "valid", true)]
    [InlineData("bbh", """{"id":"x","response":"-12","gold":"-12"}""", "-12", true)]
    [InlineData("bbh", """{"id":"x","response":"] )","gold":"] )"}""", "])", true)]
    [InlineData("bbh", """{"id":"x","response":"ape, bee","gold":"ape bee"}""", "ape bee", true)]
    [InlineData("aime", """{"id":"x","response":"\\boxed{025}","gold":"25"}""", "25", true)]
    public void Grade_GoldInTheLine_KindByBenchmark(string benchmark, string line, string answer, bool correct)
    {
        string grades = Graded(benchmark, line, null, new(1, correct ? 1 : 0, answer.Length == 0 ? 1 : 0));
        Assert.Contains($"\"answer\":\"{answer}\"", grades, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"id\":\"a\",\"response\":\"x\",\"gold\":\"5\"}\n{\"id\":\"b\",\"response\":\"x\"}", "Line 2: no problem of gsm8k has "
        + "the id 'b'")]
    [InlineData("{\"id\":\"a\",\"gold\":\"5\"}", "Line 1, field 'response'")]
    [InlineData("{\"id\":\"a\",\"response\":\"x\",\"gold\":\"many\"}", "Line 1, field 'gold'")]
    [InlineData("nonsense", "Line 1 is not valid JSON")]
    public void Grade_Malformed_NamesTheLine(string lines, string words)
    {
        DatasetException error = Assert.Throws<DatasetException>(() => Graded("gsm8k", lines, null, new(0, 0, 0)));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    private static string Graded(string benchmark, string lines, IEnumerable<Problem>? problems, GradingTally tally)
    {
        using StringReader responses = new(lines);
        using StringWriter grades = new();
        Assert.Equal(tally, ResponseGrading.Grade(
            responses, grades, new GradingKey(Benchmarks.Find(benchmark)!) { Problems = [.. problems ?? []] }));
        return grades.ToString();
    }
}
