using System.Diagnostics;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>A full disk ends a run with one sentence; what was finished is readable, and the run goes on once there is room.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;
    private bool _mounted;

    public void Dispose()
    {
        if (_mounted)
            Mount("umount", _root);
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Run_FullDisk_KeepsWhatWasFinishedAndGoesOn()
    {
        _mounted = OperatingSystem.IsLinux() && Mount("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", _root);
        Assert.SkipUnless(_mounted, "A small file system can only be mounted by root on Linux.");
        string runs = Path.Combine(_root, "runs");
        CommandRun full = await CommandRun.OfAsync(
            "measure", "--items", "60", "--runs", "2", "--datasets", "gsm8k,bbh", "--latency-items", "2", "--out", runs);
        Assert.Equal(1, full.ExitCode);
        string fault = full.Error.Trim().Split('\n')[^1];
        Assert.Contains("cannot be written", fault, StringComparison.Ordinal);
        Assert.Contains("--resume", fault, StringComparison.Ordinal);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(runs)));
        int kept = folder.Trials.ReadJournal().Count();
        Assert.True(kept > 0);

        Assert.True(Mount("mount", "-o", "remount,size=60m", _root));
        CommandRun rest = await CommandRun.OfAsync("measure", "--resume", folder.Path);
        Assert.True(rest.ExitCode == 0, rest.Error);
        List<Trial> trials = await folder.Trials.ReadAsync().ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(60 * 2 * 2 * 10, trials.Count);
    }

    private static bool Mount(string command, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
