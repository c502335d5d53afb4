using Calibration.Analysis;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Analysis;

/// <summary>
/// Under a cap no thinking is longer than the longest natural length. A measured budget beyond that limits nothing: it costs and gains what
/// thinking without a limit does, and is not cut off.
/// </summary>
public sealed class CapDecisionTests : IDisposable
{
    /// <summary>GSM8K thinks for some 40 tokens, BBH for some 150; the first positive budget is 64.</summary>
    private const string Truth = """
        {"tasks": {
          "gsm8k": {"shape": "exponential", "a": 0.7, "b": 0.2, "d": 0.1, "natural_median_tokens": 40, "natural_sigma": 0.1,
                    "t0_s": 0.1, "seconds_per_token": 0.002},
          "bbh": {"shape": "exponential", "a": 0.6, "b": 0.02, "d": 0.2, "natural_median_tokens": 150, "natural_sigma": 0.2,
                  "t0_s": 0.1, "seconds_per_token": 0.002}
        }}
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("points")]
    [InlineData("interpolated")]
    [InlineData("exponential")]
    public async Task Allocate_AnyShape_OffersTheFirstBudgetThatLimitsNothing(string shape)
    {
        string truth = Path.Combine(_root, "truth.json");
        await File.WriteAllTextAsync(truth, Truth, TestContext.Current.CancellationToken);
        await CommandAsync(
            "measure", "--truth", truth, "--datasets", "gsm8k,bbh", "--items", "60", "--runs", "1", "--latency-items", "3", "--semantics",
            "cap", "--budgets", "0,64,512,1024", "--out", _root);
        RunFolder run = RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
        await CommandAsync("fit", run.Path, "--shape", $"gsm8k={shape}", "--shape", $"bbh={shape}");
        await CommandAsync("allocate", run.Path);
        RunFits fits = RunAnalysis.ReadFits(run);
        RunAllocation allocation = new PointFolder(run, "").ReadAllocation();
        Assert.Equal([64, 512], allocation.Tasks.Select(task => task.IntegerBudgetTokens));
        Assert.All(fits.Tasks.Zip(allocation.Tasks), pair => Assert.Equal(
            pair.First.Accuracy.Points[^1] is var last ? last.Correct / last.Answers : 0, pair.Second.Accuracy, 0.03));

        // A larger budget is no fault: it costs and gains as much.
        await CommandAsync("simulate", run.Path, "--budgets", "1024,1024", "--queries", "1000");

        // Both budgets limit nothing, so one budget for all is as good, and the formula says so.
        Assert.Equal(allocation.Uniform.Single(point => point.BudgetTokens == 500).Objective, allocation.Objective, 0.1);
    }

    private static async Task CommandAsync(params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
    }
}
