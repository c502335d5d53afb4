using System.Runtime.CompilerServices;
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

    /// <summary>A data file beside this source file.</summary>
    public static string Source(string name, [CallerFilePath] string path = "")
    {
        string file = Path.Combine(Path.GetDirectoryName(path)!, name);
        Assert.SkipUnless(File.Exists(file), "the sources are absent");
        return file;
    }

    public static LoadedBenchmark Load(string task) => Benchmarks.Find(task)!.Load(Folder("data"));
}
