using Calibration.Datasets;
using Calibration.Endpoint;
using Calibration.Endpoint.Model;
using Xunit;

namespace Calibration.Tests.Endpoint;

public sealed class EndpointTruthTests
{
    private static readonly Problem Sample = Benchmarks.Find("gsm8k")!.Load(SampleProblems.Path).Problems[0];

    private static readonly Problem[] Problems = [.. Enumerable.Range(0, 4_000).Select(i => Sample with { Id = $"p{i}" })];

    [Theory]
    [InlineData("s-shaped.json")]
    [InlineData("falling.json")]
    public void Load_Examples_AreTruths(string name) =>
        Assert.Equal(["bbh", "gsm8k"], EndpointTruth.Load(Repository.File("docs/examples/" + name)).Tasks.Keys);

    [Theory]
    [InlineData("{", "Expected depth")]
    [InlineData("[]", "a truth must be an object with the member \"tasks\", which has one object per task.")]
    [InlineData("""{"tasks": {}, "extra": 1}""", "\"extra\" is not a member of a truth.")]
    [InlineData("""{"tasks": {"own": 1}}""", "own: is not an object.")]
    [InlineData("""{"tasks": {"own": {"shape": "line"}}}""", "own: \"shape\" is \"exponential\" or \"hill\".")]
    [InlineData("""{"tasks": {"own": {"shape": "hill", "a": 0.5, "d": 0.1, "h": 30}}}""", "own: \"s\" is missing.")]
    [InlineData("""{"tasks": {"own": {"shape": "exponential", "a": 0.5, "d": 0.1, "b": 0}}}""", "own: \"b\" is 0, but must be a number "
        + "above 0 and at most 1000000.")]
    [InlineData("""{"tasks": {"own": {"shape": "exponential", "a": "0.5", "d": 0.1, "b": 1}}}""", "own: \"a\" is \"0.5\", but must be a "
        + "number at least 0 and at most 1.")]
    [InlineData("""{"tasks": {"own": {"shape": "exponential", "a": 0.5, "d": 0.6, "b": 1}}}""", "own: \"a\" + \"d\" is 1.1, but a "
        + "probability is at most 1.")]
    [InlineData("""{"tasks": {"own": {"shape": "exponential", "a": 0.5, "d": 0.1, "b": 1, "h": 3}}}""", "own: \"h\" is not a member of an "
        + "exponential truth.")]
    public void Load_NoTruth_SaysWhere(string json, string expected)
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, json);

        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => EndpointTruth.Load(path));

        Assert.StartsWith($"{path}: {expected}", fault.Message, StringComparison.Ordinal);
        File.Delete(path);
    }

    [Fact]
    public void Load_NoFile_SaysSo() =>
        Assert.StartsWith(
            "/no/such.json: ",
            Assert.Throws<InvalidDataException>(() => EndpointTruth.Load("/no/such.json")).Message,
            StringComparison.Ordinal);

    /// <summary>Shares of right answers over 4,000 problems follow the curve; standard error 0.008 at most.</summary>
    [Fact]
    public void IsRight_SShapedTruth_FollowsItsCurve()
    {
        var truth = new HiddenTruth(7, EndpointTruth.Load(Repository.File("docs/examples/s-shaped.json")));

        Assert.Equal(0.04, ShareRight(truth, 0), 0.02);
        Assert.Equal(0.04 + (0.91 / 2), ShareRight(truth, 220), 0.03);
        Assert.Equal(0.95, ShareRight(truth, 20_000), 0.02);
    }

    /// <summary>Forced past its natural length the model loses right answers for good; within it, none.</summary>
    [Fact]
    public void IsRight_FallingTruth_LosesOnlyBeyondTheNaturalLength()
    {
        var truth = new HiddenTruth(7, EndpointTruth.Load(Repository.File("docs/examples/falling.json")));
        var without = new HiddenTruth(7, new EndpointTruth(EndpointTruth.Load(Repository.File("docs/examples/falling.json")).Tasks
            .SetItem("gsm8k", truth.Of(Problems[0]) with { ForcedLoss = 0 })));

        Assert.InRange(ShareRight(truth, 2_048), 0.13, 0.23);
        Assert.InRange(ShareRight(without, 2_048), 0.87, 0.93);
        Assert.All(Problems.Take(500), problem =>
        {
            int length = truth.NaturalLength(problem, "g");
            Assert.Equal(without.IsRight(problem, "g", length), truth.IsRight(problem, "g", length));
            bool[] beyond = [.. Enumerable.Range(0, 20).Select(i => truth.IsRight(problem, "g", length + (i * 100)))];
            Assert.InRange(beyond.Zip(beyond.Skip(1)).Count(pair => pair.First != pair.Second), 0, 2);
        });
    }

    [Fact]
    public void NaturalLength_GivenMedianAndSpread_IsLognormal()
    {
        var truth = new HiddenTruth(7, EndpointTruth.Load(Repository.File("docs/examples/falling.json")));
        double[] logs = [.. Problems.Select(problem => Math.Log(truth.NaturalLength(problem, "g")))];

        Assert.Equal(Math.Log(120), logs.Average(), 0.03);
        Assert.Equal(0.3, Math.Sqrt(logs.Average(log => Math.Pow(log - logs.Average(), 2))), 0.02);
    }

    /// <summary>A task that the file does not name keeps the paper's truth.</summary>
    [Fact]
    public void Of_UnnamedTask_IsThePapers()
    {
        var truth = new HiddenTruth(7, EndpointTruth.Load(Repository.File("docs/examples/falling.json")));

        Assert.Equal(1.66e-1, truth.Of(Problems[0] with { Task = "arc" }).B);
        Assert.Equal(new HiddenTruth(7, null).Of(Problems[0] with { Task = "arc" }), truth.Of(Problems[0] with { Task = "arc" }));
    }

    private static double ShareRight(HiddenTruth truth, int tokens) =>
        Problems.Average(problem => truth.IsRight(problem, "g", tokens) ? 1.0 : 0);
}
