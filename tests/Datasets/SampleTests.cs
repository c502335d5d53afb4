using System.Runtime.CompilerServices;
using Calibration.Datasets;
using Calibration.Tests.Datasets.Grading;
using Calibration.Tools;
using Xunit;

namespace Calibration.Tests.Datasets;

public sealed class SampleTests
{
    public static TheoryData<string> Tasks => [.. Benchmarks.All.Select(benchmark => benchmark.Task)];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Load_Samples_EnoughAndGradable(string task)
    {
        LoadedBenchmark loaded = Benchmarks.Find(task)!.Load(SampleProblems.Path);
        Assert.True(loaded.Problems.Length >= 300, $"{loaded.Problems.Length} problems");
        Assert.Empty(loaded.Excluded);
        Assert.Equal(loaded.Problems.Length, loaded.Problems.Select(problem => problem.Prompt).Distinct().Count());
        RegradeTests.Check(loaded.Problems);
    }

    /// <summary>After the generator has changed: dotnet run --project tools -- datasets/samples.</summary>
    [Fact]
    public void Generate_Again_SameBytesAsCommitted()
    {
        string folder = Path.Combine(SourceFolder(), "..", "..", "datasets", "samples");
        Assert.SkipUnless(Directory.Exists(folder), "the sources are absent");
        foreach ((string path, byte[] content) in SampleFiles.Generate())
            Assert.True(File.ReadAllBytes(Path.Combine(folder, path)).AsSpan().SequenceEqual(content), $"{path} differs");
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
