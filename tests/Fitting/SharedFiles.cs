using System.Runtime.CompilerServices;
using Xunit;

namespace Calibration.Tests.Fitting;

/// <summary>Reference files beside the checkout; tests skip where they are absent.</summary>
internal static class SharedFiles
{
    public static string Path(string relative, [CallerFilePath] string here = "")
    {
        string root = System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "..", ".."));
        string path = System.IO.Path.Combine(root, "..", "shared", relative);
        if (!File.Exists(path))
            Assert.Skip($"{relative} is not beside this checkout");
        return path;
    }
}
