using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Results;
using Xunit;

namespace Calibration.Tests.Calibrate;

/// <summary>Service times that do not determine t0 + cℓ carry no allocation between the measured budgets.</summary>
public sealed class UntimedTaskTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("calibration-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Allocate_NoTimeWithoutThinking_WritesFiniteNumbers()
    {
        CommandRun run = await CommandRun.OfAsync(
            "run", "--items", "20", "--runs", "1", "--datasets", "gsm8k,arc", "--latency-items", "3", "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
        RunFits fits = new PointFolder(folder, "").Run.ReadDocument<RunFits>("fits.json");

        // Times on a line through the origin with a little noise: t0 is fitted at its bound 0, and no thinking takes no time.
        ServiceTimeFit atBound = ServiceTimeFitter.Fit(
        [
            .. from trace in Enumerable.Range(0, 6) from tokens in (double[])[0, 16, 64, 256] select new ServiceObservation(
                $"{trace}", tokens, Math.Max(0, (0.01 * tokens) + (0.0002 * ((trace % 3) - 2)))),
        ]);
        Assert.Equal((Verdict.AtBound, 0.0), (atBound.Verdict, atBound.T0Seconds.Value));
        await folder.WriteDocumentAsync("fits.json", fits with { Tasks = [.. fits.Tasks.Select(task => task with { Service = atBound })] });
        foreach (string[] arguments in (string[][])
        [
            ["allocate", "--accuracy-weight", "0.001", "--json"],
            ["allocate", "--json"],
            ["figures"],
            ["simulate", "--queries", "200", "--replications", "3", "--json"],
        ])
        {
            CommandRun stage = await CommandRun.OfAsync([arguments[0], folder.Path, .. arguments[1..]]);
            Assert.True(stage.ExitCode == 0, stage.Error);
            Assert.DoesNotContain("NaN", stage.Output, StringComparison.Ordinal);
        }

        string point = Assert.Single(Directory.GetDirectories(folder.In("points")));
        RunAllocation idle = PointFolder.Open(point).ReadAllocation();
        Assert.All(idle.Tasks, task => Assert.Equal((0, 0), (task.BudgetTokens, task.ServiceSeconds)));
        Assert.Null(idle.StabilityLimitPerSecond);
        Assert.Equal(0, (await CommandRun.OfAsync("simulate", point, "--queries", "200", "--replications", "3", "--json")).ExitCode);
    }

    [Fact]
    public async Task Allocate_LineNotIdentifiable_HoldsTheTaskAtMeasuredBudgetsAndSaysSo()
    {
        CommandRun run = await CommandRun.OfAsync(
            "run", "--items", "60", "--runs", "2", "--datasets", "gsm8k,bbh", "--latency-items", "3", "--out", _root);
        Assert.True(run.ExitCode == 0, run.Error);
        RunFolder folder = RunFolder.Open(Assert.Single(Directory.GetDirectories(_root)));
        RunFits fits = RunAnalysis.ReadFits(folder);
        ServiceTimeFit untimed = ServiceTimeFitter.Fit(
        [
            .. Enumerable.Range(0, 3).Select(trace => new ServiceObservation($"{trace}", 64, 0.9 + (0.01 * trace))),
        ]);
        Assert.Equal(Verdict.NotIdentifiable, untimed.Verdict);
        await folder.WriteDocumentAsync("fits.json", fits with { Tasks = [fits.Tasks[0] with { Service = untimed }, fits.Tasks[1]] });
        CommandRun allocated = await CommandRun.OfAsync("allocate", folder.Path);
        Assert.True(allocated.ExitCode == 0, allocated.Error);
        RunAllocation allocation = new PointFolder(folder, "").ReadAllocation();
        TaskAllocation held = allocation.Tasks[0];
        Assert.True(held.Measured);
        Assert.Contains(fits.Tasks[0].Accuracy.Points, point => point.BudgetTokens == held.BudgetTokens);
        Assert.False(allocation.Tasks[1].Measured);
        Assert.Contains(
            allocation.Warnings,
            warning => warning.Text.StartsWith("GSM8K: its service times do not determine t0 + cℓ", StringComparison.Ordinal));
        Assert.DoesNotContain(allocation.Warnings, warning => warning.Text.Contains("no identifiable curve", StringComparison.Ordinal));
    }
}
