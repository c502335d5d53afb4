using Calibration.Endpoint;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Bad input gets one clear sentence, exit code not 0, and leaves no run folder.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("--bogus", "--bogus")]
    [InlineData("--items", "--items", "many")]
    [InlineData("mmlu", "--datasets", "mmlu")]
    [InlineData("0 or more", "--budgets", "0,-5")]
    [InlineData("not measured", "--datasets", "arc", "--budgets", "aime=0,1")]
    [InlineData("at least 1", "--items", "0")]
    [InlineData("at least 1", "--runs", "0")]
    [InlineData("exact or cap", "--semantics", "loose")]
    [InlineData("above 0", "--arrival-rate", "-1")]
    [InlineData("sum to 1", "--mix", "gsm8k=0.5,bbh=0.2")]
    [InlineData("context of 40960", "--datasets", "arc", "--budgets", "0,50000")]
    [InlineData("http://host:port/v1", "--endpoint", "localhost", "--samples")]
    [InlineData("does not exist", "--data", "/nowhere/at/all")]
    [InlineData("such as 2024-2025", "--years", "24")]
    [InlineData("not among the run's tasks", "--datasets", "arc", "--years", "2024")]
    [InlineData("which has the years 3001-3", "--datasets", "aime", "--years", "2024")]
    [InlineData("is not set", "--api-key-env", "CALIBRATION_TEST_UNSET_KEY")]
    public async Task Run_BadOption_IsOneSentence(string expected, params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(["run", .. arguments, "--out", _root]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim().Split('\n'));
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public async Task Run_RealEndpointWithoutProblems_IsNotAskedTheSamplesSilently()
    {
        // An empty cache, whatever this machine has pulled.
        Environment.SetEnvironmentVariable("HF_HOME", _root);
        CommandRun run = await CommandRun.OfAsync("run", "--endpoint", "http://127.0.0.1:9/v1", "--out", _root);
        Environment.SetEnvironmentVariable("HF_HOME", null);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--samples", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public async Task Run_UnreachableEndpoint_IsOneSentence()
    {
        CommandRun run = await CommandRun.OfAsync(
            "run", "--endpoint", "http://127.0.0.1:9/v1", "--samples", "--datasets", "arc", "--out", _root);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot be reached", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public async Task Run_WrongModel_NamesTheServedOnes()
    {
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], Model = "served" }, TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync(
            "run", "--endpoint", endpoint.BaseAddress.ToString(), "--model", "other", "--samples", "--datasets", "arc", "--out", _root);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("does not serve a model other; it serves served", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public async Task Run_UnwritableOutput_IsOneSentence()
    {
        string file = Path.Combine(_root, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("run", "--datasets", "arc", "--items", "2", "--out", Path.Combine(file, "runs"));
        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.Error.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("fit")]
    [InlineData("allocate")]
    [InlineData("figures")]
    [InlineData("simulate")]
    public async Task Stage_NoRunFolder_IsOneSentence(string verb)
    {
        CommandRun run = await CommandRun.OfAsync(verb, _root);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("manifest.json", run.Error, StringComparison.Ordinal);
    }
}
