using Xunit;

namespace Calibration.Tests.Architecture;

/// <summary>Lines of at most 140 columns. Patterns of the graders and texts in raw literals may be longer: they cannot be broken.</summary>
public sealed class LineTests
{
    private const int Width = 140;

    private static readonly string[] Folders =
    [
        "analysis", "benchmarks", "calibrate", "datasets", "endpoint", "fitting", "harness", "optimizer", "report", "results", "tests",
    ];

    [Fact]
    public void Lines_OfAllCode_AreShort()
    {
        string[] wide =
        [
            .. from folder in Folders
               from file in Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories)
               from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
               where line.Text.Length > Width && !IsPattern(file, line.Text)
               select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Number} has {line.Text.Length} columns",
        ];
        Assert.True(wide.Length == 0, string.Join('\n', wide));
    }

    private static bool IsPattern(string file, string line) =>
        line.Contains("@\"", StringComparison.Ordinal) || line.Contains("\"\"\"", StringComparison.Ordinal)
        || line.Contains("\\r\\n", StringComparison.Ordinal)
        || file.Contains($"{Path.DirectorySeparatorChar}Grading{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
}
