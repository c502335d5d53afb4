using Calibration.Datasets;
using Parquet.Serialization;
using Xunit;

namespace Calibration.Tests.Datasets.Loading;

/// <summary>The file shapes in which AIME 2024 and 2025 are published, alone and beside the file of 1983–2024.</summary>
public sealed class AimeFilesTests : IDisposable
{
    private const string Published = "ID,Year,Problem Number,Question,Answer,Part\r\n"
        + "2023-I-1,2023,1,Old?,7,I\r\n2024-I-1,2024,1,Sum of two?,9,I\r\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("calibration").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The files handed out with the issue; the same three problems in four shapes.</summary>
    [Theory]
    [InlineData("id-problem-solution-answer-url-year.jsonl", "60", 2024)]
    [InlineData("list-problem-answer.json", "list-problem-answer/0", null)]
    [InlineData("question-answer.jsonl", "question-answer/0", null)]
    [InlineData("with-id-problem-answer.csv", "2024_AIME_I_1", 2024)]
    public void Load_SharedShape_SameProblems(string file, string firstId, int? year)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "aime"));
        File.Copy(Path.Combine(Shared.Folder("cases/aime-shapes"), file), Path.Combine(_folder, "aime", file));
        LoadedBenchmark loaded = Load();
        Assert.Equal(["173", "401", "25"], loaded.Problems.Select(problem => problem.Gold.Single()));
        Assert.Equal(firstId, loaded.Problems[0].Id);
        Assert.All(loaded.Problems, problem => Assert.Equal(year, problem.Year));
        Assert.StartsWith("A clerk stacks", loaded.Problems[0].Prompt, StringComparison.Ordinal);
        Assert.All(loaded.Problems, problem => Assert.DoesNotContain("worked solution", problem.Prompt, StringComparison.Ordinal));
        Assert.Equal($"aime/{file}", Assert.Single(loaded.Files).RelativePath);
    }

    [Fact]
    public void Load_AllSharedShapes_EachProblemOnce()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "aime"));
        foreach (string file in Directory.GetFiles(Shared.Folder("cases/aime-shapes")))
            File.Copy(file, Path.Combine(_folder, "aime", Path.GetFileName(file)));
        LoadedBenchmark loaded = Load();
        Assert.Equal((3, 9, 4), (loaded.Problems.Length, loaded.Excluded.Length, loaded.Files.Length));
        Assert.All(loaded.Excluded, item => Assert.Equal("the same problem as", item.Reason[..19]));
    }

    [Fact]
    public void Load_BesideThePublishedFile_BothAndNoProblemTwice()
    {
        Write("aime/AIME_Dataset_1983_2024.csv", Published);
        Write("aime/2024.jsonl", """
            {"id":"2024-I-1","problem":"Sum of $two$ ?","answer":9}
            {"id":"2024_AIME_I_2","problem":"New?","answer":"025"}
            {"id":"x","problem":"Arc?","answer":"336^\\circ"}
            """);
        Write("aime/aime25.json", """[{"ID":"x","Question":"Other?","Answer":1.0,"year":2025}]""");
        LoadedBenchmark loaded = Load();
        Assert.Equal(["2023-I-1", "2024-I-1", "2024_AIME_I_2", "x", "aime25/x"], Ids(loaded));
        Assert.Equal([2023, 2024, 2024, 2024, 2025], loaded.Problems.Select(problem => problem.Year));
        Assert.Equal(["7", "9", "25", "336", "1"], loaded.Problems.Select(problem => problem.Gold[0]));
        Assert.Equal(new ExcludedProblem("2024/2024-I-1", "the same problem as 2024-I-1"), Assert.Single(loaded.Excluded));
    }

    /// <summary>Collections write the same contest differently; its year, part and number recognise it.</summary>
    [Theory]
    [InlineData("""{"id":60,"problem":"Other words?","answer":"9","url":"https://example.org/index.php/2024_AIME_I_Problems/Problem_1"}""")]
    [InlineData("""{"id":"2024_AIME_I_1","problem":"Other words?","answer":"9"}""")]
    [InlineData("""{"id":5,"problem":"Sum  of \n two","answer":"9"}""")]
    public void Load_SameProblemOtherwiseWritten_IsRecognised(string row)
    {
        Write("aime/AIME_Dataset_1983_2024.csv", Published);
        Write("aime/new.jsonl", row);
        Assert.Equal("the same problem as 2024-I-1", Assert.Single(Load().Excluded).Reason);
    }

    [Theory]
    [InlineData("AIME2025-I.jsonl", 2025)]
    [InlineData("aime_24.jsonl", 2024)]
    [InlineData("aime-2019-2021.jsonl", null)]
    [InlineData("aime.jsonl", null)]
    public void Load_FilesInTheFolderItself_AreNamedAime(string name, int? year)
    {
        Write(name, """{"question":"So?","answer":"12"}""");
        Write("test.jsonl", """{"question":"Not of AIME?","answer":"#### 3"}""");
        Assert.Equal(year, Assert.Single(Load().Problems).Year);
    }

    [Fact]
    public async Task Load_ParquetWithNumbers_Read()
    {
        string file = Path.Combine(_folder, "aime", "data", "train-00000-of-00001.parquet");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        Row row = new() { id = 3, problem = "So?", answer = 12, year = 2025 };
        await ParquetSerializer.SerializeAsync([row], file, cancellationToken: TestContext.Current.CancellationToken);
        Problem problem = Assert.Single(Load().Problems);
        Assert.Equal(("3", "12", 2025), (problem.Id, problem.Gold[0], problem.Year));
    }

    [Theory]
    [InlineData("notes.csv", "a,b\n1,2\n", "has the columns a, b; expected question or problem, and answer")]
    [InlineData("new.jsonl", "{\"problem\":\"So?\",\"answer\":\"1000\"}", "row 0, field 'answer'")]
    [InlineData("new.jsonl", "{\"id\":\"\",\"problem\":\"So?\",\"answer\":\"1\"}", "row 0, field 'id'")]
    public void Load_Malformed_NamesThePlace(string name, string content, string words)
    {
        Write("aime/AIME_Dataset_1983_2024.csv", Published);
        Write($"aime/{name}", content);
        Assert.Contains(words, Assert.Throws<DatasetException>(Load).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2024", "2024-I-1")]
    [InlineData("2020-2023", "2023-I-1")]
    [InlineData("2023,2024", "2023-I-1 2024-I-1")]
    public void Years_Chosen_OthersAndUnknownAreLeftOut(string years, string expected)
    {
        Write("aime/AIME_Dataset_1983_2024.csv", Published);
        Write("aime/new.jsonl", """{"problem":"Whenever?","answer":"1"}""");
        LoadedBenchmark loaded = Load();
        Assert.Equal(3, loaded.Problems.Length);
        Assert.Equal(expected, string.Join(' ', Ids(ProblemYears.TryParse(years)!.Of(loaded))));
    }

    [Fact]
    public void Years_NoneThere_SaysWhichAre()
    {
        Write("aime/AIME_Dataset_1983_2024.csv", Published);
        Write("aime/new.jsonl", """{"problem":"Whenever?","answer":"1"}""");
        string message = Assert.Throws<DatasetException>(() => ProblemYears.TryParse("2025")!.Of(Load())).Message;
        Assert.Contains("the years 2023-2024 and 1 problem without a year", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("24")]
    [InlineData("2025-2024")]
    [InlineData("2024-")]
    [InlineData("")]
    [InlineData("2024;2025")]
    public void Years_Malformed_AreNone(string text) => Assert.Null(ProblemYears.TryParse(text));

    private LoadedBenchmark Load() => Benchmarks.Find("aime")!.Load(_folder);

    private static IEnumerable<string> Ids(LoadedBenchmark loaded) => loaded.Problems.Select(problem => problem.Id);

    private void Write(string path, string content)
    {
        string file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    // The property names are the published columns.
    public sealed class Row
    {
        public long id { get; set; }

        public string problem { get; set; } = "";

        public long answer { get; set; }

        public long year { get; set; }
    }
}
