using Calibration.Analysis;
using Calibration.Endpoint;
using Calibration.Fitting;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Harness.Passes;

/// <summary>
/// A fixed cost per request is in a time without thinking once, and in one with thinking twice: the fits subtract it once there.
/// </summary>
[Collection("alone")]
public sealed class RequestOverheadTests
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    [Fact]
    public void From_OneAndNineTokens_IsWhatNoTokensWouldTake()
    {
        double[] jitter = [-0.002, -0.001, -0.001, 0, 0, 0, 0, 0.001, 0.001, 0.002];
        RequestOverhead overhead = RequestOverhead.From(
            [.. jitter.Select(noise => 0.212 + noise)], [.. jitter.Select(noise => 0.308 + noise)]);
        Assert.Equal(0.2, overhead.Seconds, 12);
        Assert.InRange(overhead.Low, 0.198, 0.2);
        Assert.InRange(overhead.High, 0.2, 0.202);
        Assert.Equal(0.2, overhead.Subtracted, 12);
    }

    [Theory]
    [InlineData(0.012, 0.108, 0)]
    [InlineData(0.012, 0.200, 0)]
    public void From_NoFixedCost_SubtractsNothing(double one, double nine, double expected)
    {
        RequestOverhead overhead = RequestOverhead.From([one - 0.001, one, one + 0.001], [nine - 0.001, nine, nine + 0.001]);
        Assert.Equal(expected, overhead.Subtracted);
        Assert.True(overhead.Low <= overhead.Seconds && overhead.Seconds <= overhead.High);
    }

    /// <summary>
    /// A server with 0.2 s per request, t0 of 0.1 s besides and 0.0125 s per token: the step was once in the line, t0 0.44 and c too
    /// small.
    /// </summary>
    [Fact]
    public async Task Run_FixedCostPerRequest_IsNoStepInTheLine()
    {
        using var task = new OwnTask(OwnTask.Scripts);
        string root = Directory.CreateTempSubdirectory("calibration-").FullName;
        await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
            new EndpointOptions { Problems = [], Paced = true, FixedTime = TimeSpan.FromSeconds(0.2) }, Cancelled);
        CommandRun run = await CommandRun.OfAsync(
            "run", "--endpoint", endpoint.BaseAddress.ToString(), "--task", $"own={task.Path}", "--runs", "1", "--budgets", "0,4,16,40",
            "--latency-items", "3", "--out", root);
        Assert.True(run.ExitCode == 0, run.Error);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(root)));
        RequestOverhead overhead = folder.ReadManifest().RequestOverhead!;
        Assert.InRange(overhead.Seconds, 0.19, 0.22);
        RunFits fits = RunAnalysis.ReadFits(folder);
        Assert.Equal(overhead, fits.RequestOverhead);
        ServiceTimeFit service = fits.Tasks[0].Service;

        // Rows stay as measured; every budget pays for one request.
        Assert.InRange(service.Line!.T0Seconds, 0.28, 0.32);
        Assert.InRange(service.Line.SecondsPerToken, 0.0120, 0.0130);
        Assert.Contains(
            await folder.Service.ReadAsync().ToListAsync(Cancelled), sample => sample.BudgetTokens == 4 && sample.ServiceS > 0.4);
        Directory.Delete(root, recursive: true);
    }
}
