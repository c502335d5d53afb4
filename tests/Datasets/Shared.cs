using Calibration.Datasets;
using Xunit;

namespace Calibration.Tests.Datasets;

/// <summary>The real files beside the checkout; tests that need them are skipped where they are absent.</summary>
internal static class Shared
{
    public static string Folder(string name)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string path = Path.Combine(at.FullName, "shared", name);
            if (Directory.Exists(path)) return path;
        }

        Assert.Skip($"shared/{name} is absent");
        return "";
    }

    public static LoadedBenchmark Load(string task) => Benchmarks.Find(task)!.Load(Folder("data"));
}
