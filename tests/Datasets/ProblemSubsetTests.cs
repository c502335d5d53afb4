using Calibration.Datasets;
using Xunit;

namespace Calibration.Tests.Datasets;

public sealed class ProblemSubsetTests
{
    // Expected ids: python3, sorted(ids, key=lambda i: hashlib.sha256(('7|' + i).encode()).hexdigest())[:5].
    [Fact]
    public void Draw_OtherLanguage_SameItems() => Assert.Equal(
        ["test/34", "test/6", "test/22", "test/25", "test/14"],
        ProblemSubset.Draw(Enumerable.Range(0, 40).Select(i => Item("gsm8k", $"test/{i}")), 5, "7").Select(problem => problem.Id));

    [Fact]
    public void Draw_Bbh_Stratified() => Assert.Equal(
        ["a/7", "b/0", "c/4", "a/1", "b/8", "c/0", "a/6"],
        ProblemSubset.Draw(from t in "cab" from i in Enumerable.Range(0, 10) select Item("bbh", $"{t}/{i}"), 7, "s")
            .Select(problem => problem.Id));

    [Fact]
    public void Draw_MoreThanThereAre_All()
    {
        List<Problem> problems = [Item("bbh", "a/0"), .. Enumerable.Range(0, 9).Select(i => Item("bbh", $"b/{i}"))];
        Assert.Equal(10, ProblemSubset.Draw(problems, 99, "s").Length);
        // One task lacks items: the others give them.
        Assert.Equal(8, ProblemSubset.Draw(problems, 8, "s").Length);
        Assert.Empty(ProblemSubset.Draw(problems, 0, "s"));
    }

    private static Problem Item(string task, string id) => Own.Number() with { Task = task, Id = id };
}
