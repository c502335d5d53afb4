using Calibration.Datasets;
using Calibration.Tests.Datasets.Grading;
using Parquet.Serialization;
using Xunit;

namespace Calibration.Tests.Datasets.Loading;

public sealed class LoadingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calibration").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Load_HubParquet_SameAsJson()
    {
        await Parquet("gsm8k/main/test-00000-of-00001.parquet", [new Worked { question = "How many?", answer = "1 + 1 = 2\n#### 1,002" }]);
        await Parquet("bbh/navigate/test-00000-of-00001.parquet", [new Example { input = "Back?\nOptions:\n- Yes\n- No", target = "No" }]);
        await Parquet(
            "cruxeval/test-00000-of-00001.parquet",
            [new Prediction { code = "def f(x):\n    return x", input = "'a'", output = "\"a\"", id = "sample_0" }]);
        await Parquet("arc/ARC-Challenge/test-00000-of-00001.parquet",
        [
            new Question
            {
                id = "x",
                question = "Which?",
                choices = new() { text = ["one", "two", "three"], label = ["1", "2", "3"] },
                answerKey = "2",
            },
            new Question { id = "y", question = "What?", choices = new() { text = ["up", "down"], label = ["A", "B"] }, answerKey = "A" },
        ]);
        Assert.Equal("1002", Assert.Single(Load("gsm8k").Problems).Gold[0]);
        Problem navigate = Assert.Single(Load("bbh").Problems);
        Assert.Equal(("navigate/0", AnswerKind.Boolean, "no"), (navigate.Id, navigate.Kind, navigate.Gold[0]));
        Assert.Equal("'a'", Assert.Single(Load("cruxeval").Problems).Gold[0]);
        Assert.Equal(["B", "A"], Load("arc").Problems.Select(problem => problem.Gold[0]));
        Assert.Equal(["one", "two", "three"], Load("arc").Problems[0].ChoiceTexts);
    }

    [Fact]
    public void Load_AimeTwoAnswersAndDrawings_AcceptedAndExcluded()
    {
        Write(
            "AIME_Dataset_1983_2024.csv",
            "ID,Year,Problem Number,Question,Answer,Part\r\nx-1,1,1,\"Find\r\nit.\",080 or 081 (both were accepted),\r\nx-2,1,2,Look [asy] "
                + "draw(); [/asy] there.,5,\r\nx-3,1,3,Sum?,025,I\r\n");
        LoadedBenchmark loaded = Load("aime");
        Assert.Equal(["80", "81"], loaded.Problems[0].Gold);
        Assert.StartsWith("Find\r\nit.\n\nPlease", loaded.Problems[0].Prompt, StringComparison.Ordinal);
        Assert.Equal("25", loaded.Problems[1].Gold[0]);
        Assert.Equal("x-2", Assert.Single(loaded.Excluded).Id);
        Assert.True(AnswerGrader.Grade(loaded.Problems[0], @"\boxed{081}").Correct);
    }

    [Fact]
    public void Load_GpqaTwice_SameOrderAndEveryLetter()
    {
        LoadedBenchmark loaded = Benchmarks.Find("gpqa")!.Load(SampleProblems.Path);
        Assert.Equal(4, loaded.Problems.Select(problem => problem.Gold[0]).Distinct().Count());
        Assert.Equal(
            loaded.Problems.Select(problem => problem.Prompt),
            Benchmarks.Find("gpqa")!.Load(SampleProblems.Path).Problems.Select(problem => problem.Prompt));
    }

    [Theory]
    [InlineData("gsm8k/test.jsonl", "gsm8k", "{\"question\":\"a\",\"answer\":\"#### 1\"}\n{\"question\":\"b\",\"answer\":\"none\"}\n",
        "row 1, field 'answer'")]
    [InlineData("gsm8k/test.jsonl", "gsm8k", "{\"question\":\"a\",\"answer\":\"#### 1\"}\n{\"question\":\"b\"}\n", "row 1, field 'answer'")]
    [InlineData("gsm8k/test.jsonl", "gsm8k", "{\"question\":\"a\",\"answer\":\"#### 1\"}\n{\"ques", "row 1 is not valid JSON")]
    [InlineData("gsm8k/test.jsonl", "gsm8k", "{\"q\":\"a\"}\n", "expected question, answer")]
    [InlineData("gsm8k/test.jsonl", "gsm8k", "", "has no rows")]
    [InlineData("arc/test.jsonl", "arc",
        "{\"id\":\"i\",\"question\":\"a\",\"choices\":{\"text\":[\"x\",\"y\"],\"label\":[\"A\",\"B\"]},\"answerKey\":\"C\"}\n",
        "row 0, field 'answerKey'")]
    [InlineData("cruxeval/test.jsonl", "cruxeval", "{\"code\":\"c\",\"input\":\"1\",\"output\":\"1 + 1\",\"id\":\"i\"}\n",
        "row 0, field 'output'")]
    [InlineData("aime/AIME_Dataset_1983_2024.csv", "aime", "ID,Question,Answer\nx,q,1000\n", "row 0, field 'Answer'")]
    [InlineData("aime/AIME_Dataset_1983_2024.csv", "aime", "ID,Question,Answer\nx,q\n", "row 0 has 2 fields")]
    [InlineData("aime/AIME_Dataset_1983_2024.csv", "aime", "ID,Question,Answer\nx,\"q\n", "row 0: not valid CSV")]
    [InlineData("bbh/navigate.json", "bbh", "{}", "has no list 'examples'")]
    [InlineData("cruxeval/test.parquet.txt", "cruxeval", "", "No file of cruxeval")]
    [InlineData("gsm8k/test.parquet", "gsm8k", "PAR1 nonsense", "not a readable Parquet file")]
    public void Load_Malformed_NamesThePlace(string path, string task, string content, string words)
    {
        Write(path, content);
        DatasetException error = Assert.Throws<DatasetException>(() => Load(task));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TaskFile_EveryKind_Loaded()
    {
        Write("own.jsonl", """
            {"id":"n","prompt":"How many?","gold":1250,"kind":"number"}
            {"id":"c","prompt":"Which?","gold":"B","kind":"choice","choices":["x","y"]}
            {"id":"d","prompt":"Which?\n(A) up\n(B) down\n(C) left","gold":"(C)","kind":"choice"}
            {"id":"b","prompt":"So?","gold":true,"kind":"boolean"}
            {"id":"l","prompt":"f(1)?","gold":"[1, 2]","kind":"literal"}
            {"id":"w","prompt":"Sort","gold":"a b","kind":"words"}
            """);
        LoadedBenchmark loaded = TaskFile.Load("mine", Path.Combine(_folder, "own.jsonl"));
        Assert.Equal(["1250", "B", "C", "true", "[1, 2]", "a b"], loaded.Problems.Select(problem => problem.Gold[0]));
        Assert.Equal("Which?\n\nA. x\nB. y", loaded.Problems[1].Prompt);
        Assert.Equal(["A", "B", "C"], loaded.Problems[2].ChoiceLetters);
        RegradeTests.Check(loaded.Problems.Where(problem => problem.Id != "w"));
    }

    [Theory]
    [InlineData("{\"id\":\"n\",\"prompt\":\"p\",\"gold\":\"x\",\"kind\":\"number\"}", "field 'gold'")]
    [InlineData("{\"id\":\"n\",\"prompt\":\"p\",\"gold\":\"1\",\"kind\":\"essay\"}", "field 'kind'")]
    [InlineData("{\"id\":\"n\",\"prompt\":\"p\",\"gold\":\"Z\",\"kind\":\"choice\",\"choices\":[\"a\",\"b\"]}", "field 'gold'")]
    public void TaskFile_Malformed_NamesThePlace(string line, string words)
    {
        Write("own.jsonl", line);
        Assert.Contains(
            words,
            Assert.Throws<DatasetException>(() => TaskFile.Load("mine", Path.Combine(_folder, "own.jsonl"))).Message,
            StringComparison.Ordinal);
    }

    private LoadedBenchmark Load(string task) => Benchmarks.Find(task)!.Load(_folder);

    private void Write(string path, string content)
    {
        string file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    private async Task Parquet<T>(string path, IReadOnlyCollection<T> rows)
        where T : class, new()
    {
        Write(path, "");
        await ParquetSerializer.SerializeAsync(rows, Path.Combine(_folder, path), cancellationToken: TestContext.Current.CancellationToken);
    }

    // The property names are the published columns.
    public sealed class Worked
    {
        public string? question { get; set; }

        public string? answer { get; set; }
    }

    public sealed class Example
    {
        public string? input { get; set; }

        public string? target { get; set; }
    }

    public sealed class Prediction
    {
        public string? code { get; set; }

        public string? input { get; set; }

        public string? output { get; set; }

        public string? id { get; set; }
    }

    public sealed class Question
    {
        public string? id { get; set; }

        public string? question { get; set; }

        public Options? choices { get; set; }

        public string? answerKey { get; set; }
    }

    public sealed class Options
    {
        public List<string>? text { get; set; }

        public List<string>? label { get; set; }
    }
}
