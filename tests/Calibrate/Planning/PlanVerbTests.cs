using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Calibration.Calibrate.Planning;
using Calibration.Endpoint;
using Calibration.Tests.Endpoint;
using Xunit;

namespace Calibration.Tests.Calibrate.Planning;

/// <summary><c>calibrate plan</c>: what a run will cost.</summary>
public sealed class PlanVerbTests(TwoTaskRun finished) : IClassFixture<TwoTaskRun>, IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>A text for people, with a row per task, savings and widths; nothing is stored.</summary>
    [Fact]
    public async Task Plan_EmbeddedEndpoint_ShowsTasksPassesAndSavings()
    {
        CommandRun run = await CommandRun.OfAsync(
            "plan", "--datasets", "gsm8k,arc", "--items", "10", "--runs", "2", "--latency-items", "4", "--budgets", "0,16,64",
            "--concurrency", "1", "--hours", "0.00001", "--like", finished.Folder, "--width-j", "0.5", "--width-budget", "20",
            "--out", Path.Combine(_root, "runs"));
        Assert.True(run.ExitCode == 0, run.Error);
        foreach (string expected in (string[])
        [
            "Plan: 2 tasks, 2 runs, 120 trials", "(simulated endpoint)", "gsm8k", "arc", "Measuring takes", "--items 5", "--runs 1",
            "--latency-items 2", "without the largest budget", "The time limit of", "J: ", "with 40 problems per task",
            "because widths shrink as 1/√n", "ℓ* of gsm8k: ", "of the tried traces before 64 tokens. Exact budgets force it on",
        ])
            Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_root, "runs")));
    }

    [Fact]
    public async Task Plan_BeyondTheContext_SaysWhatDoesNotFit()
    {
        CommandRun run = await CommandRun.OfAsync(
            "plan", "--datasets", "arc", "--items", "2", "--runs", "1", "--latency-items", "2", "--budgets", "0,60000",
            "--concurrency", "1", "--json");
        Assert.Equal(2, run.ExitCode);
        using JsonDocument found = JsonDocument.Parse(run.Output);
        Assert.Contains("context of 40960", Assert.Single(found.RootElement.GetProperty("misfits").EnumerateArray()).GetString());
        Assert.Equal(4, found.RootElement.GetProperty("cost").GetProperty("trials").GetInt32());
    }

    [Theory]
    [InlineData("name one with --like RUN", "--width-j", "1")]
    [InlineData("--like has no effect without", "--like", "RUN")]
    [InlineData("must be above 0", "--like", "RUN", "--width-budget", "0")]
    [InlineData("--resume is no option of calibrate plan, but of run, measure.", "--resume", "RUN")]
    public async Task Plan_WrongWords_AreOneSentence(string expected, params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(["plan", .. arguments]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, Assert.Single(run.Error.Trim().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>Half the width needs four times the problems.</summary>
    [Fact]
    public void WantedWidth_HalfTheWidth_NeedsFourTimesTheProblems() =>
        Assert.Equal(1000, new WantedWidth("J", "s", Had: 1.2, Wanted: 0.6, HadItems: 250).Items);

    /// <summary>
    /// The real time of runs on a paced endpoint against their forecasts. The machine may be busy: the range is widened here, and the long
    /// form (CALIBRATION_FORECASTS runs) shows how often the time lies within it.
    /// </summary>
    [Fact]
    public async Task Plan_PacedEndpoint_ForecastsTheRealTime()
    {
        int runs = int.Parse(Environment.GetEnvironmentVariable("CALIBRATION_FORECASTS") ?? "1", CultureInfo.InvariantCulture);
        for (int index = 0; index < runs; index++)
        {
            await using EmbeddedEndpoint endpoint = await EmbeddedEndpoint.StartAsync(
                new EndpointOptions { Problems = [], Paced = true, Truth = FastTruth.Value, Slots = 4 << (index % 3) }, Cancelled);
            string[] plan =
            [
                "--endpoint", endpoint.BaseAddress.ToString(), "--samples", "--datasets", "gsm8k,arc", "--budgets", "0,32,128,256",
                "--items", $"{24 * (1 + (index % 4))}", "--runs", "1", "--latency-items", "2", "--concurrency", $"{8 << (index % 2)}",
            ];
            CommandRun forecast = await CommandRun.OfAsync(["plan", "--json", .. plan]);
            Assert.True(forecast.ExitCode == 0, forecast.Error);
            using JsonDocument found = JsonDocument.Parse(forecast.Output);
            JsonElement hours = found.RootElement.GetProperty("cost").GetProperty("total_hours");
            double low = 3600 * hours.GetProperty("low").GetDouble(), high = 3600 * hours.GetProperty("high").GetDouble();
            long start = Stopwatch.GetTimestamp();
            CommandRun run = await CommandRun.OfAsync(["measure", .. plan, "--out", _root]);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Assert.True(run.ExitCode == 0, run.Error);
            TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
                $"{low:0.0}–{high:0.0} s, took {seconds:0.0} s: {(seconds >= low && seconds <= high ? "within" : "outside")}"));
            Assert.True(high <= 1.5 * low);
            Assert.InRange(seconds, low / 2, 2 * high);
        }
    }
}
