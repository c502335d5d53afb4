using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Solving;
using Calibration.Optimizer.Uncertainty;
using Calibration.Tests.Fitting;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Optimizer;

public sealed class DecisionBootstrapTests
{
    [Fact]
    public void Run_SyntheticExperiment_CoversTheTrueDecision()
    {
        Workload truth = PaperOptimumTests.PaperWorkload();
        Allocation best = AllocationSolver.Solve(truth);
        DecisionReport report = DecisionBootstrap.Run(0.1, 30, Tasks(11), 300)!;
        Assert.Equal(300, report.Replicates);
        Assert.Contains(report.Tasks, task => task.BudgetTokens.High > task.BudgetTokens.Low);
        Assert.InRange(best.Performance.Objective, report.Objective.Low - 1, report.Objective.High + 1);
        Assert.True(report.GainOverUniform.Low > 0);
        Assert.Equal(1, report.Tasks[0].ShareWithoutThinking, 0.05);
    }

    [Fact]
    public void Run_AnyThreads_GivesTheSameReport()
    {
        DecisionReport one = DecisionBootstrap.Run(0.1, 30, Tasks(3), 40, threads: 1)!, two = DecisionBootstrap.Run(0.1, 30, Tasks(3), 40, threads: 2)!;
        Assert.Equal((one.Objective, one.GainOverUniform), (two.Objective, two.GainOverUniform));
        Assert.Equal(one.Tasks.AsEnumerable(), two.Tasks.AsEnumerable());
    }

    [Fact]
    public void Run_CurveWithoutInformationAndHeldTask_GivesFiniteIntervals()
    {
        var flat = AccuracyBootstrap.Of([new AccuracyCount(0, 50, 25), new AccuracyCount(100, 50, 25), new AccuracyCount(1_000, 50, 25)]);
        var measured = new MeasuredTask("held", 0.5, [new(0, 0.2, 0.1), new(100, 0.2, 1.3), new(1_000, 0.9, 12)]);
        ImmutableArray<DecisionTask> tasks =
        [
            new(TaskChoice.Of(new TaskModel("flat", 0.5, new ExponentialAccuracy(0.01, 0.01, 0.5), new ServiceTimeLine(0.1, 0.012), 32_768)), flat, [], null),
            new(TaskChoice.Of(measured), AccuracyBootstrap.Of([new AccuracyCount(0, 80, 16), new AccuracyCount(100, 80, 16), new AccuracyCount(1_000, 80, 72)]), [], null),
        ];
        DecisionReport report = DecisionBootstrap.Run(0.01, 300, tasks, 300)!;
        Assert.All(report.Tasks, task => Assert.True(double.IsFinite(task.BudgetTokens.Low) && double.IsFinite(task.BudgetTokens.High)));
        Assert.Equal(1_000, report.Tasks[1].BudgetTokens.High);
        Assert.True(double.IsFinite(report.GainOverUniform.High));
    }

    private static ImmutableArray<DecisionTask> Tasks(int seed)
    {
        var random = new Xoshiro256StarStar(seed, false);
        ImmutableArray<TaskModel> models = PaperOptimumTests.PaperWorkload().Tasks;
        return
        [
            .. SyntheticTask.All.Select((task, k) =>
            {
                List<ServiceObservation> times = SyntheticServices.Draw(models[k].Service, task.Largest, 10, 0.02, 0.01, 0.005, random);
                ServiceTimeFit service = ServiceTimeFitter.Fit(times);
                return new DecisionTask(TaskChoice.Of(models[k] with { Service = service.Line! }), AccuracyBootstrap.Of(SyntheticTraces.Draw(task.Truth.At, task.Budgets, 250, 3, 0.5, random)), [.. times], service);
            }),
        ];
    }
}
