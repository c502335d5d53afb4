using Calibration.Datasets;
using Xunit;

namespace Calibration.Tests.Datasets.Loading;

public sealed class RealFilesTests
{
    [Theory]
    [InlineData("gsm8k", 1319)]
    [InlineData("cruxeval", 800)]
    [InlineData("bbh", 6507)]
    [InlineData("arc", 1172)]
    public void Load_RealFile_EveryItem(string task, int count)
    {
        LoadedBenchmark loaded = Shared.Load(task);
        Assert.Equal(count, loaded.Problems.Length);
        Assert.All(loaded.Problems, problem => Assert.NotEmpty(problem.Gold));
        Assert.All(loaded.Files, file => Assert.Equal(64, file.Sha256.Length));
        Assert.Equal(task == "bbh" ? 27 : 1, loaded.Files.Length);
    }

    [Fact]
    public void Bbh_Kinds_AsCounted()
    {
        LoadedBenchmark loaded = Shared.Load("bbh");
        Dictionary<AnswerKind, int> kinds = loaded.Problems.CountBy(problem => problem.Kind).ToDictionary();
        // 4,071 letters less snarks/88; the other three left out have no letter as their target.
        Assert.Equal(4070, kinds[AnswerKind.Choice]);
        Assert.Equal(687 + 250 + 250 + 250, kinds[AnswerKind.Boolean]);
        Assert.Equal(500, kinds[AnswerKind.Number]);
        Assert.Equal(250, kinds[AnswerKind.Brackets]);
        Assert.Equal(250, kinds[AnswerKind.Words]);
        Assert.Equal(
            ["movie_recommendation/163", "ruin_names/144", "ruin_names/99", "snarks/88"],
            loaded.Excluded.Select(item => item.Id).Order(StringComparer.Ordinal));
        Assert.Equal(
            119, loaded.Problems.Count(problem => problem.Kind == AnswerKind.Brackets && problem.Gold[0].AsSpan().ContainsAny('(', ')')));
        Assert.Equal(120, loaded.Problems.Count(problem => problem.Kind == AnswerKind.Number && problem.Gold[0].StartsWith('-')));
    }

    [Fact]
    public void Gsm8k_Golds_AsCounted()
    {
        LoadedBenchmark loaded = Shared.Load("gsm8k");
        Assert.Equal(2, loaded.Problems.Count(problem => problem.Gold[0].StartsWith('-')));
        Assert.DoesNotContain(loaded.Problems, problem => problem.Gold[0].Contains('.') || problem.Gold[0].Contains(','));
        Assert.Contains(loaded.Problems, problem => problem.Gold[0] == "2880000");
        Assert.Equal("test/0", loaded.Problems[0].Id);
    }

    [Fact]
    public void Arc_Labels_Relettered()
    {
        LoadedBenchmark loaded = Shared.Load("arc");
        Assert.All(loaded.Problems, problem => Assert.Equal("ABCDE"[..problem.ChoiceLetters.Length], string.Concat(problem.ChoiceLetters)));
        Assert.All(loaded.Problems, problem => Assert.Contains(problem.Gold[0], problem.ChoiceLetters));
        // Four with three choices, one of them labelled 123, and three with five.
        Assert.Equal(3, loaded.Problems.Count(problem => problem.ChoiceLetters.Length == 5));
        Assert.Equal(4, loaded.Problems.Count(problem => problem.ChoiceLetters.Length == 3));
    }

    [Fact]
    public void CruxEval_Cue_IsTheCall()
    {
        LoadedBenchmark loaded = Shared.Load("cruxeval");
        Assert.All(loaded.Problems, problem =>
        {
            Assert.StartsWith("f(", problem.AnswerCue, StringComparison.Ordinal);
            Assert.EndsWith(") == ", problem.AnswerCue, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("aime")]
    [InlineData("gsm8k")]
    [InlineData("bbh")]
    public void Load_ThinkerProblems_All(string task)
    {
        LoadedBenchmark loaded = Benchmarks.Find(task)!.Load(Path.Combine(Shared.Folder("thinker"), "problems"));
        Assert.Equal(400, loaded.Problems.Length);
        Assert.All(
            loaded.Problems,
            problem =>
                Assert.EndsWith(
                    "\n\nPlease reason step by step, and put your final answer within \\boxed{}.", problem.Prompt,
                    StringComparison.Ordinal));
        Assert.All(loaded.Problems, problem => Assert.Equal(@"The final answer is \boxed{", problem.AnswerCue));
    }

    [Fact]
    public void Load_FolderOfOneBenchmark_Recognised()
    {
        Assert.Equal(1319, Benchmarks.Find("gsm8k")!.Load(Path.Combine(Shared.Folder("data"), "gsm8k")).Problems.Length);
        Assert.Equal(6507, Benchmarks.Find("bbh")!.Load(Path.Combine(Shared.Folder("data"), "bbh")).Problems.Length);
        Assert.Throws<DatasetException>(() => Benchmarks.Find("arc")!.Load(Path.Combine(Shared.Folder("data"), "gsm8k")));
    }
}
