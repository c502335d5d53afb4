using System.Runtime.CompilerServices;
using Calibration.Datasets;
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

    /// <summary>Set CALIBRATION_WRITE_SAMPLES=1 to write the files after the generator has changed.</summary>
    [Fact]
    public void Generate_Again_SameBytesAsCommitted()
    {
        string folder = Path.Combine(SourceFolder(), "..", "..", "datasets", "samples");
        Assert.SkipUnless(Directory.Exists(folder), "the sources are absent");
        foreach ((string path, byte[] content) in SampleProblems.Generate())
        {
            string file = Path.Combine(folder, path);
            if (Environment.GetEnvironmentVariable("CALIBRATION_WRITE_SAMPLES") == "1")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllBytes(file, content);
            }

            Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(content), $"{path} differs");
        }
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
