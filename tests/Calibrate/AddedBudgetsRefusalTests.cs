using System.Security.Cryptography;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Budgets that cannot be added get one clear sentence and exit code 2, and nothing in the run changes.</summary>
public sealed class AddedBudgetsRefusalTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Add_WhatCannotBe_IsOneSentenceAndChangesNothing()
    {
        CommandRun run = await CommandRun.OfAsync(
            "measure", "--datasets", "arc,gsm8k", "--items", "3", "--runs", "1", "--latency-items", "2", "--budgets", "0,64", "--budgets",
            "gsm8k=0,256", "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);
        string folder = Assert.Single(Directory.GetDirectories(_root));
        await AssertRefusedAsync("65 tokens of arc, whose traces end at 64", folder, "0,65");
        await AssertRefusedAsync("up to 256", folder, "gsm8k=257");
        await AssertRefusedAsync("not measured", folder, "aime=8");
        await AssertRefusedAsync("--add-budgets has \"x\"", folder, "8,x");
        await AssertRefusedAsync("--add-budgets has \"-8\"", folder, "arc=-8");
        await AssertRefusedAsync("--add-budgets has \"\"", folder, "arc=");
        string renamed = folder + "-renamed";
        Directory.Move(folder, renamed);
        await AssertRefusedAsync("renamed", renamed, "8");
    }

    [Theory]
    [InlineData("run")]
    [InlineData("measure")]
    public async Task Add_ToNoRun_SaysToNameOne(string verb)
    {
        CommandRun run = await CommandRun.OfAsync(verb, "--add-budgets", "8", "--out", _root);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--resume RUN", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    private static async Task AssertRefusedAsync(string expected, string folder, string list)
    {
        (string, string)[] before = Contents(folder);
        CommandRun run = await CommandRun.OfAsync("run", "--resume", folder, "--add-budgets", list);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
        Assert.Equal(before, Contents(folder));
    }

    private static (string, string)[] Contents(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file =>
            (file, Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))))];
}
