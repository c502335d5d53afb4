using System.Diagnostics;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>
/// What users install runs the experiment from an empty folder. <c>tools/package.sh</c> makes it, and <c>.ci/run</c> says where.
/// </summary>
public sealed class PackageTests : IDisposable
{
    private const string Variable = "CALIBRATION_PACKAGES";

    private static readonly string[] Experiment =
        ["--datasets", "arc", "--items", "10", "--runs", "1", "--budgets", "0,16,64", "--latency-items", "2"];

    private readonly string _empty = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_empty, recursive: true);

    [Fact]
    public async Task Archive_WithoutAnSdk_RunsTheExperiment()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the archive is for Linux");
        string archive = Packed("calibrate-*-linux-x64.tar.gz");
        (int unpacked, string words) = await RunAsync("/bin/tar", ["-xzf", archive, "-C", _empty], hasSdk: true);
        Assert.True(unpacked == 0, words);
        string program = Path.Combine(Assert.Single(Directory.GetDirectories(_empty)), "calibrate");
        await AssertRunsAsync(program, hasSdk: false);
    }

    [Fact]
    public async Task Tool_InstalledIntoAnEmptyFolder_RunsTheExperiment()
    {
        string source = Path.GetDirectoryName(Packed("Calibration.Tool.*.nupkg"))!;
        string tools = Path.Combine(_empty, "tools");
        (int installed, string words) = await RunAsync(
            "dotnet", ["tool", "install", "Calibration.Tool", "--tool-path", tools, "--source", source, "--no-cache"], hasSdk: true);
        Assert.True(installed == 0, words);
        await AssertRunsAsync(Path.Combine(tools, OperatingSystem.IsWindows() ? "calibrate.exe" : "calibrate"), hasSdk: true);
    }

    private async Task AssertRunsAsync(string program, bool hasSdk)
    {
        (int code, string version) = await RunAsync(program, ["--version"], hasSdk);
        Assert.Equal(0, code);
        Assert.Matches(@"^[0-9]+\.[0-9]+\.[0-9]+\+[0-9a-f]{40}(-dirty)?$", version.Trim());
        string runs = Path.Combine(_empty, "runs");
        (int ended, string words) = await RunAsync(program, ["run", .. Experiment, "--out", runs], hasSdk);
        Assert.True(ended == 0, words);
        string folder = Assert.Single(Directory.GetDirectories(runs));
        Assert.True(RunFolder.Open(folder).HasEnded);
        foreach (string file in (string[])["table1.tex", "figures/fig2.svg", "figures/fig2.pdf", "figures/fig2.png", "report.html"])
            Assert.True(new FileInfo(Path.Combine(folder, file)).Length > 0, file);
    }

    private static string Packed(string pattern)
    {
        string? folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} names no folder that tools/package.sh has filled");
        string? file = Directory.GetFiles(folder!, pattern).Order(StringComparer.Ordinal).LastOrDefault();
        Assert.SkipWhen(file is null, $"{folder} has no {pattern}: tools/package.sh skipped it and said why");
        return file!;
    }

    /// <summary>Runs a program in the empty folder. Without an SDK it sees no variable of .NET, and no program by a name.</summary>
    private async Task<(int Code, string Words)> RunAsync(string program, string[] arguments, bool hasSdk)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _empty,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (!hasSdk)
        {
            start.Environment.Clear();
            start.Environment["PATH"] = Path.Combine(_empty, "nothing");
        }

        start.Environment["HOME"] = _empty;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await error);
    }
}
