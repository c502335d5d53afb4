using System.Text;
using Calibration.Datasets;
using Calibration.Datasets.Loading;
using Calibration.Tests.Datasets.Grading;
using Xunit;

namespace Calibration.Tests.Datasets.Loading;

/// <summary>Inputs that were once read wrongly without a word: equal choices, other encodings, Parquet pages of version 2.</summary>
public sealed class InputFaultTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calibration").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_EqualChoices_ReportedAndEitherLetterIsRight()
    {
        Write(
            "arc/test.jsonl",
            """{"id":"t","question":"Which?","choices":{"text":["red","blue"," red ","Red"],"label":["A","B","C","D"]},"answerKey":"A"}""");
        LoadedBenchmark loaded = Benchmarks.Find("arc")!.Load(_folder);
        Assert.Equal(["t"], loaded.EqualChoices);
        Assert.Equal(["A", "C"], loaded.Problems[0].Gold);
        Assert.True(AnswerGrader.Grade(loaded.Problems[0], @"\boxed{C}").Correct);
        Assert.False(AnswerGrader.Grade(loaded.Problems[0], @"\boxed{D}").Correct);
    }

    [Fact]
    public void Load_NumberedChoices_LabelIsTheLetter()
    {
        Write(
            "arc/test.jsonl",
            """{"id":"t","question":"Which?","choices":{"text":["red","blue","green"],"label":["1","2","3"]},"answerKey":"3"}""");
        Problem problem = Assert.Single(Benchmarks.Find("arc")!.Load(_folder).Problems);
        Assert.Equal("C", AnswerGrader.Grade(problem, "3").Answer);
        Assert.Equal("", AnswerGrader.Grade(problem, "4").Answer);
    }

    [Fact]
    public void TaskFile_EqualChoices_EitherLetterIsRight()
    {
        Write("own.jsonl", """{"id":"c","prompt":"Which?","gold":"B","kind":"choice","choices":["x","y","y"]}""");
        Assert.Equal(["B", "C"], TaskFile.Load("mine", Path.Combine(_folder, "own.jsonl")).Problems[0].Gold);
    }

    [Theory]
    [InlineData("gsm8k/test.jsonl", "gsm8k", "{\"question\":\"a\",\"answer\":\"#### 1\"}\n{\"question\":\"caf\u00e9\",\"answer\":\"#### "
        + "1\"}\n", "line 2")]
    [InlineData("aime/train.csv", "aime", "ID,Question,Answer\nx,caf\u00e9,1\n", "line 2")]
    [InlineData("bbh/navigate.json", "bbh", "{\"examples\":[{\"input\":\"caf\u00e9\",\"target\":\"No\"}]}", "line 1")]
    public void Load_Latin1_Refused(string path, string task, string content, string place)
    {
        Write(path, content, Encoding.Latin1);
        string message = Assert.Throws<DatasetException>(() => Benchmarks.Find(task)!.Load(_folder)).Message;
        Assert.Contains("not UTF-8", message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
    }

    [Fact]
    public void TaskFile_Latin1_Refused()
    {
        Write("own.jsonl", "{\"id\":\"c\",\"prompt\":\"caf\u00e9\",\"gold\":\"1\",\"kind\":\"number\"}", Encoding.Latin1);
        Assert.Contains(
            "not UTF-8",
            Assert.Throws<DatasetException>(() => TaskFile.Load("mine", Path.Combine(_folder, "own.jsonl"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ParquetPagesV2_ListsAreRead()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "arc"));
        File.Copy(Path.Combine(Shared.Folder("cases"), "arc-shape-data-page-v2.parquet"), Path.Combine(_folder, "arc", "test.parquet"));
        LoadedBenchmark loaded = Benchmarks.Find("arc")!.Load(_folder);
        Assert.Equal(12, loaded.Problems.Length);
        Assert.Equal([4, 3, 5], loaded.Problems.Take(3).Select(problem => problem.ChoiceTexts.Length));
        Assert.All(loaded.Problems, problem => Assert.All(problem.ChoiceTexts, text => Assert.NotEmpty(text)));
        RegradeTests.Check(loaded.Problems);
    }

    [Fact]
    public void Decompress_LiteralAndOverlappingCopy_Repeats()
    {
        // "ab" as a literal, then 6 bytes from 2 back.
        Assert.Equal("abababab"u8.ToArray(), Snappy.Decompress([8, 1 << 2, (byte)'a', (byte)'b', ((6 - 4) << 2) | 1, 2], 8));
        Assert.Throws<InvalidDataException>(() => Snappy.Decompress([8, ((6 - 4) << 2) | 1, 2], 8));
    }

    [Theory]
    [InlineData("\"finish_reason\":\"length\"", "NoAnswer")]
    [InlineData("\"finish_reason\":\"stop\"", "Answered")]
    [InlineData("\"finish_reason\":null", "Answered")]
    [InlineData("\"truncated\":true", "NoAnswer")]
    public void Grade_FinishReason_DecidesOverAnOpenBox(string field, string status)
    {
        using StringReader responses = new($$"""{"id":"a","gold":"18","response":"The final answer is \\boxed{18",{{field}}}""");
        using StringWriter grades = new();
        ResponseGrading.Grade(responses, grades, new GradingKey(Benchmarks.Find("gsm8k")!));
        Assert.Contains($"\"status\":\"{status}\"", grades.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Grade_OwnDelimiters_ThinkingIsDropped()
    {
        const string Response = "<<begin>>\\boxed{7}<<end>>\nThe answer is 18.";
        Assert.Equal("18", AnswerGrader.Grade(Own.Number(), Response, thinking: new("<<begin>>", "<<end>>")).Answer);
        Assert.Equal(
            GradeStatus.UnclosedThinking,
            AnswerGrader.Grade(Own.Number(), "<<begin>>\\boxed{18}", thinking: new("<<begin>>", "<<end>>")).Status);
    }

    private void Write(string path, string content, Encoding? encoding = null)
    {
        string file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content, encoding ?? new UTF8Encoding(false));
    }
}
