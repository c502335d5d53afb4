using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Policies;
using Calibration.Analysis.Uncertainty;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Tests.Fitting;
using Calibration.Tests.Optimizer;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Analysis;

public sealed class DecisionBootstrapTests
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    [Fact]
    public void Run_SyntheticExperiment_CoversTheTrueDecision()
    {
        double best = AllocationSolver.Solve(PaperOptimumTests.PaperWorkload()).Performance.Objective;
        DecisionReport report = Bootstrap(Tasks(11), 300).Run(1, Cancelled)!;
        Assert.Equal(300, report.Replicates);
        Assert.Contains(report.Tasks, task => task.BudgetTokens.High > task.BudgetTokens.Low);
        Assert.InRange(best, report.Objective.Interval.Low - 1, report.Objective.Interval.High + 1);
        Assert.True(report.Objective.Optimism > 0, "The maximum of noisy data is too high.");
        Assert.Equal(report.Objective.Raw - report.Objective.Misfit - report.Objective.Optimism, report.Objective.Value);
        Assert.True(report.GainOverUniform!.Interval.Low > 0);
        Assert.InRange(report.Tasks[0].ShareWithoutThinking, 0.8, 1);
        Assert.True(report.ModelFreeDifference.Interval.Low < 0, "True exponentials do not lose against their own points.");
    }

    [Fact]
    public void Run_AnyThreads_GivesTheSameReport()
    {
        DecisionReport one = Bootstrap(Tasks(3), 40, threads: 1).Run(1, Cancelled)!, two = Bootstrap(Tasks(3), 40, threads: 2).Run(
            1, Cancelled)!;
        Assert.Equal((one.Objective, one.GainOverUniform), (two.Objective, two.GainOverUniform));
        Assert.Equal(one.Tasks.AsEnumerable(), two.Tasks.AsEnumerable());
    }

    [Fact]
    public void Run_Cancelled_Stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Bootstrap(Tasks(3), 40).Run(1, stop.Token));
    }

    [Fact]
    public void Run_CurveWithoutInformationAndMeasuredPoints_GivesFiniteIntervals()
    {
        var line = new ServiceTimeLine(0.1, 0.012);
        var flatPoints = new PointAccuracy([new(0, 0.5), new(100, 0.5), new(1_000, 0.5)]);
        var risingPoints = new PointAccuracy([new(0, 0.2), new(100, 0.2), new(1_000, 0.9)]);
        TaskModel flat = new("flat", 0.5, new ExponentialAccuracy(0.01, 0.01, 0.5), line, 32_768);
        TaskModel rising = new("rising", 0.5, risingPoints, line, 1_000);
        ImmutableArray<DecisionTask> tasks =
        [
            new(flat, flat with { Accuracy = flatPoints, MaxBudgetTokens = 1_000 })
            {
                Answers = AccuracyBootstrap.Of(
                [
                    new AccuracyCount(0, 50, 25), new AccuracyCount(100, 50, 25), new AccuracyCount(1_000, 50, 25),
                ]),
                LargestBudget = 32_768,
            },
            new(rising, rising)
            {
                Answers = AccuracyBootstrap.Of(
                [
                    new AccuracyCount(0, 80, 16), new AccuracyCount(100, 80, 16), new AccuracyCount(1_000, 80, 72),
                ]),
                Given = ShapeKind.Points,
                LargestBudget = 1_000,
            },
        ];
        DecisionReport report = Bootstrap(tasks, 300, lambda: 0.01, alpha: 300).Run(1, Cancelled)!;
        Assert.All(report.Tasks, task => Assert.True(double.IsFinite(task.BudgetTokens.Low) && double.IsFinite(task.BudgetTokens.High)));
        Assert.Equal(1_000, report.Tasks[1].BudgetTokens.High);
        Assert.True(double.IsFinite(report.GainOverUniform!.Interval.High));
    }

    /// <summary>
    /// Nobody is right at the chosen budget, so its value has no spread; some replicates choose a budget where some are. The interval must
    /// not be narrow around a value from which their optimism was subtracted.
    /// </summary>
    [Fact]
    public void Run_NobodyRightAtTheChoice_KeepsTheValueInTheInterval()
    {
        var points = new PointAccuracy([new(0, 0), new(512, 0.25), new(1_024, 0.375)]);
        TaskModel model = new("t", 1, points, new ServiceTimeLine(0.1, 0.013), 1_024);
        ImmutableArray<DecisionTask> tasks =
        [
            new(model, model)
            {
                Answers = AccuracyBootstrap.Of(
                    [new AccuracyCount(0, 8, 0), new AccuracyCount(512, 8, 2), new AccuracyCount(1_024, 8, 3)]),
                Given = ShapeKind.Points,
                LargestBudget = 1_024,
            },
        ];
        DecisionReport report = Bootstrap(tasks, 500).Run(1, Cancelled)!;
        Assert.Equal(-0.1, report.Objective.Raw, 0.01);
        Assert.True(report.Objective.Interval.Contains(report.Objective.Raw));
    }

    private static DecisionBootstrap Bootstrap(
        ImmutableArray<DecisionTask> tasks, int replicates, int threads = 2, double lambda = 0.1, double alpha = 30)
    {
        var decided = new Workload(lambda, alpha, [.. tasks.Select(task => task.Model)]);
        var measured = new Workload(lambda, alpha, [.. tasks.Select(task => task.Measured)]);
        return new DecisionBootstrap(
            new SolvedWorkload(decided, AllocationSolver.Solve(decided), UniformPolicy.Best(decided)),
            new SolvedWorkload(measured, AllocationSolver.Solve(measured)),
            tasks)
        {
            Replicates = replicates,
            Threads = threads,
        };
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
                List<AccuracyObservation> answers = SyntheticTraces.Draw(task.Truth.At, task.Budgets, 250, 3, 0.5, random);
                TaskModel model = models[k] with { Service = service.Line! };
                var points = (PointAccuracy)AccuracyShapeFitter.Choose(answers, ShapeKind.Points).Shape;
                return new DecisionTask(model, model with { Accuracy = points, MaxBudgetTokens = points.LargestBudget })
                {
                    Answers = AccuracyBootstrap.Of(answers),
                    ServiceTimes = [.. times],
                    ServiceFit = service,
                    LargestBudget = model.MaxBudgetTokens,
                };
            }),
        ];
    }
}
