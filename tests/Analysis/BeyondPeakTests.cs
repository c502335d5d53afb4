using System.Text.Json;
using Calibration.Analysis;
using Calibration.Analysis.Policies;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Results;
using Calibration.Tests.Calibrate;
using Xunit;

namespace Calibration.Tests.Analysis;

/// <summary>Where accuracy falls, a budget beyond the peak is worth what was measured there, not what the peak is worth.</summary>
public sealed class BeyondPeakTests
{
    private static readonly ServiceTimeLine Line = new(0.1, 0.01);

    [Theory]
    [InlineData(64, 0.7, 0.74)]
    [InlineData(100, 0.5, 1.1)]
    [InlineData(136, 0.3, 1.46)]
    [InlineData(256, 0.2, 2.66)]
    [InlineData(1000, 0.2, 2.66)]
    public void At_BeyondThePeak_IsOnTheLineThroughWhatWasMeasured(double budget, double accuracy, double seconds)
    {
        foreach (AccuracyShape shape in (AccuracyShape[])
        [
            new PointAccuracy([new BudgetAccuracy(0, 0.1), new BudgetAccuracy(64, 0.7)]),
            new InterpolatedAccuracy([new BudgetAccuracy(0, 0.1), new BudgetAccuracy(64, 0.7)]),
        ])
        {
            (double found, double mean, double square) = AnyBudget.At(Task(shape), budget);
            Assert.Equal(accuracy, found, 1e-12);
            Assert.Equal(seconds, mean, 1e-12);
            Assert.Equal(seconds * seconds, square, 1e-12);
        }
    }

    /// <summary>Between points a cut is no point, and a copy with other points has their accuracies.</summary>
    [Fact]
    public void At_PointsThatAreCutOrReplaced_AreInterpolatedAnew()
    {
        var points = new PointAccuracy([new BudgetAccuracy(0, 0.1), new BudgetAccuracy(64, 0.7)]);
        double half = points.Between(8);
        TaskModel cut = Task(points) with { MaxBudgetTokens = 8 };
        Assert.Equal(half, cut.AccuracyAt(8), 1e-12);
        Assert.Equal((half + 0.3) / 2, cut.AccuracyAt(72), 1e-12);
        PointAccuracy other = points with { Points = [new BudgetAccuracy(0, 0.2), new BudgetAccuracy(64, 0.2)] };
        Assert.Equal(0.2, other.Between(8), 1e-12);
    }

    /// <summary>A task without a line has measured times there.</summary>
    [Fact]
    public void At_MeasuredTimes_AreBetweenThoseBesideIt()
    {
        TaskModel task = Task(new PointAccuracy([new BudgetAccuracy(0, 0.1), new BudgetAccuracy(64, 0.7)])) with
        {
            MeasuredServices = [new(0, 1, 0), new(64, 2, 0), new(136, 4, 0), new(256, 5, 0)],
        };
        Assert.Equal((0.5, 3, 10), AnyBudget.At(task, 100));
    }

    /// <summary>The simulated queue and the workload file know it too.</summary>
    [Fact]
    public void Workload_WrittenAndRead_KeepsWhatLiesBeyond()
    {
        var workload = new Workload(0.1, 30, [Task(new HillAccuracy(0.6, 30, 2, 0.1)) with { Probability = 1 }]);
        Workload read = WorkloadJson.Read(WorkloadJson.Write(workload), "workload.json");
        Assert.Equal(workload.Tasks[0].Beyond, read.Tasks[0].Beyond);
        Assert.Equal(0.3, read.At([136]).Accuracy, 1e-12);
        Assert.Equal(64, AllocationSolver.Solve(read).Budgets[0]);
    }

    [Fact]
    public async Task Allocate_AtABudgetBeyondThePeak_SaysWhatWasMeasured()
    {
        string root = Directory.CreateTempSubdirectory("calibration-").FullName;
        try
        {
            CommandRun run = await CommandRun.OfAsync(
                "run", "--truth", Repository.File("docs/examples/falling.json"), "--datasets", "gsm8k,bbh", "--items", "60", "--runs", "2",
                "--latency-items", "3", "--out", root);
            Assert.True(run.ExitCode == 0, run.Error);
            RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(root)));
            RunFits fits = RunAnalysis.ReadFits(folder);
            TaskFits falling = fits.Tasks.First(task => task.Shape?.LargestBudgetTokens is not null);
            AccuracyPoint last = falling.Accuracy.Points[^1];
            JsonElement value = await ValueAsync(folder, falling.Task, last.BudgetTokens, "--arrival-rate", "0.001");
            Assert.Equal(last.Correct / last.Answers, value.GetProperty("accuracy").GetProperty("value").GetDouble(), 1e-9);
            Assert.True(value.GetProperty("loss").GetProperty("interval").GetProperty("low").GetDouble() > 0);

            // A budget at which the queue is not stable has no J.
            JsonElement unstable = await ValueAsync(folder, falling.Task, last.BudgetTokens, "--arrival-rate", "2");
            Assert.True(unstable.GetProperty("utilization").GetDouble() >= 1);
            Assert.False(unstable.TryGetProperty("objective", out _));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<JsonElement> ValueAsync(RunFolder run, string task, int budget, params string[] more)
    {
        CommandRun at = await CommandRun.OfAsync(
            ["allocate", run.Path, "--at", $"{task}={budget}", "--mix", $"{task}=1", "--json", .. more]);
        Assert.True(at.ExitCode == 0, at.Error);
        return JsonDocument.Parse(at.Output).RootElement;
    }

    private static TaskModel Task(AccuracyShape shape) => new("falling", 1, shape, Line, 64)
    {
        Beyond = [new BudgetAccuracy(136, 0.3), new BudgetAccuracy(256, 0.2)],
    };
}
