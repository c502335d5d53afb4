using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary><c>run-experiments.ps1</c>, run by PowerShell's own engine.</summary>
public sealed class PowerShellTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Script_Parameters_ReachTheCommandLine()
    {
        using PowerShell shell = Run(
            "-Endpoint http://h/v1 -Model m -ApiKeyEnv K -Data d -Datasets gsm8k,bbh -Runs 2 -Items 5 -Budgets '0,8','aime=0,1' -Out o");
        Assert.Equal(
            "run --project PROJECT --configuration Release -- run --endpoint http://h/v1 --model m --api-key-env K --data d --datasets "
                + "gsm8k,bbh --runs 2 --items 5 --budgets 0,8 --budgets aime=0,1 --out o",
            Called());
        Assert.Equal(3, LastExitCode(shell));
    }

    [Fact]
    public void Script_NightOfTwoServers_ReachesTheCommandLine()
    {
        using (Run("-Endpoint http://h/v1,http://i/v1 -Hours 7.5 -Deadline 07:30"))
            Assert.Equal(
                "run --project PROJECT --configuration Release -- run --endpoint http://h/v1 --endpoint http://i/v1 --hours 7.5 --deadline "
                    + "07:30",
                Called());
        using (Run("-Resume results/runs/night"))
            Assert.Equal("run --project PROJECT --configuration Release -- run --resume results/runs/night", Called());
    }

    [Fact]
    public void Script_UnquotedBudgets_AreOneList()
    {
        using PowerShell shell = Run("-Budgets 0,8,16");
        Assert.Equal("run --project PROJECT --configuration Release -- run --budgets 0,8,16", Called());
    }

    [Fact]
    public void Script_NoParameters_RunsTheDefaults()
    {
        using PowerShell shell = Run("");
        Assert.Equal("run --project PROJECT --configuration Release -- run", Called());
    }

    private static int LastExitCode(PowerShell shell) => (int)shell.Runspace.SessionStateProxy.GetVariable("LASTEXITCODE");

    /// <summary>Runs the script with a stand-in for dotnet first on the path, which writes down its arguments and exits with 3.</summary>
    private PowerShell Run(string parameters)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The stand-in for dotnet is a shell script.");
        string standIn = Path.Combine(_root, "dotnet");
        File.WriteAllText(standIn, $"#!/bin/sh\nprintf '%s\\n' \"$*\" > '{_root}/called'\nexit 3\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(standIn, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        // The engine alone: the modules of an installed PowerShell are not there.
        var shell = PowerShell.Create(InitialSessionState.CreateDefault2());
        shell.AddScript($"$env:PATH = '{_root}:' + $env:PATH\n& '{Repository.File("run-experiments.ps1")}' {parameters}");
        shell.Invoke();
        Assert.Empty(shell.Streams.Error);
        return shell;
    }

    private string Called() =>
        File.ReadAllText(Path.Combine(_root, "called")).Trim().Replace(Repository.File("calibrate"), "PROJECT", StringComparison.Ordinal);
}
