using Xunit;

namespace Calibration.Tests;

/// <summary>Where the repository and the shared reference material are.</summary>
internal static class Repository
{
    internal static string Root { get; } = FindRoot();

    internal static string File(string path) => Path.Combine(Root, path);

    /// <summary>A file or folder of the shared material; the test is skipped where it is absent.</summary>
    internal static string Shared(string path)
    {
        string shared = Path.GetFullPath(Path.Combine(Root, "..", "shared", path));
        Assert.SkipUnless(Path.Exists(shared), $"The shared reference material is not on this machine ({path}).");
        return shared;
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder, "Calibration.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("Calibration.sln is above no folder of the tests.");
    }
}
