using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Solving;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>Exact answers against enumeration.</summary>
public sealed class DiscreteSolverTests
{
    [Fact]
    public void IntegerSolve_SmallInstances_IsTheBruteForceOptimum()
    {
        Parallel.For(0, 300, instance =>
        {
            var random = new Xoshiro256StarStar(10_000 + instance, false);
            int n = 1 + random.Next(4), largest = 2 + random.Next(n < 3 ? 40 : 7);
            Workload workload = RandomWorkload.Draw(random, n, largest);
            double best = Grid(n, largest + 1).Select(point =>
                workload.At([.. point.Select((budget, k) => Math.Min(budget, workload.Tasks[k].MaxBudgetTokens))]).Objective).Max();
            ProvedAllocation found = AllocationSolver.SolveInteger(workload);
            Assert.Equal(best, found.Performance.Objective, 1e-9 * Math.Max(1, Math.Abs(best)));
            Assert.Equal(ProofStatus.Proved, found.Status);
        });
    }

    [Fact]
    public void IntegerSolve_NodeLimit_ReturnsTheBestFoundWithItsGap()
    {
        for (int instance = 0; instance < 20; instance++)
        {
            Workload workload = RandomWorkload.Draw(new Xoshiro256StarStar(20_000 + instance, false), 30, 5_000);
            ProvedAllocation quick = AllocationSolver.SolveInteger(workload, new SolverOptions(NodeLimit: 3));
            ProvedAllocation better = AllocationSolver.SolveInteger(workload, new SolverOptions(NodeLimit: 300));
            Assert.True(better.Performance.Objective >= quick.Performance.Objective);
            Assert.True(
                better.Performance.Objective <= quick.Performance.Objective + quick.GapBound
                    + (1e-12 * Math.Abs(quick.Performance.Objective)));
        }
    }

    [Fact]
    public void MeasuredSolve_SmallInstances_IsTheBestCombination()
    {
        Parallel.For(0, 200, instance =>
        {
            var random = new Xoshiro256StarStar(30_000 + instance, false);
            (double lambda, double alpha, ImmutableArray<TaskModel> tasks) = Measured(random, 1 + random.Next(5), 5);
            double best = Grid(tasks.Length, 5).Select(point => At(lambda, alpha, tasks, point)).Max();
            ProvedAllocation found = AllocationSolver.Solve(new Workload(lambda, alpha, tasks));
            Assert.Equal(best, found.Performance.Objective, 1e-9 * Math.Max(1, Math.Abs(best)));
            Assert.Equal(ProofStatus.Proved, found.Status);
        });
    }

    [Fact]
    public void MixedSolve_SmallInstances_IsTheBestCombination()
    {
        Parallel.For(0, 100, instance =>
        {
            var random = new Xoshiro256StarStar(40_000 + instance, false);
            (double lambda, double alpha, ImmutableArray<TaskModel> measured) = Measured(random, 1 + random.Next(3), 5);
            Workload curves = RandomWorkload.Draw(random, 1 + random.Next(4));
            ImmutableArray<TaskModel> tasks =
            [
                .. measured.Select(task => task with { Probability = task.Probability / 2 }),
                .. curves.Tasks.Select(task => task with { Probability = task.Probability / 2 }),
            ];
            lambda /= 3;
            double best = Grid(measured.Length, 5).Select(point =>
            {
                TaskModel[] held = [.. tasks.Select((task, k) => k < measured.Length ? HeldAt(task, (int)point[k]) : task)];
                return NewtonSolver.Solve(new Workload(lambda, alpha, [.. held])).Performance.Objective;
            }).Max();
            ProvedAllocation found = AllocationSolver.Solve(new Workload(lambda, alpha, tasks));
            bool isRight = double.IsNegativeInfinity(best)
                ? found.Status == ProofStatus.Infeasible
                : Math.Abs(best - found.Performance.Objective) <= 1e-9 * Math.Max(alpha, Math.Abs(best));
            Assert.True(isRight, $"instance {instance}");
        });
    }

    [Fact]
    public void MeasuredSolve_FiftyTasks_IsProvedBestOrStatesItsGap()
    {
        (double lambda, double alpha, ImmutableArray<TaskModel> tasks) = Measured(new Xoshiro256StarStar(5, false), 50, 10);
        ProvedAllocation found = AllocationSolver.Solve(new Workload(lambda, alpha, tasks), new SolverOptions(NodeLimit: 500));
        Assert.InRange(found.GapBound, 0, 1e-3 * alpha);
    }

    [Fact]
    public void Sensitivity_AtOptimum_IsTheFiniteDifference()
    {
        for (int instance = 0; instance < 100; instance++)
        {
            var random = new Xoshiro256StarStar(50_000 + instance, false);
            Workload workload = RandomWorkload.Draw(random, 1 + random.Next(8));
            Sensitivity sensitivity = Sensitivity.Of(workload)!;
            double h = 1e-6;
            Allocation up = NewtonSolver.Solve(workload with { ArrivalRatePerSecond = workload.ArrivalRatePerSecond * (1 + h) });
            Allocation down = NewtonSolver.Solve(workload with { ArrivalRatePerSecond = workload.ArrivalRatePerSecond * (1 - h) });
            Allocation more = NewtonSolver.Solve(workload with { AccuracyWeightSeconds = workload.AccuracyWeightSeconds * (1 + h) });
            Allocation less = NewtonSolver.Solve(workload with { AccuracyWeightSeconds = workload.AccuracyWeightSeconds * (1 - h) });
            for (int k = 0; k < workload.Tasks.Length; k++)
            {
                Near(
                    sensitivity.PerArrivalRate[k] * workload.ArrivalRatePerSecond,
                    (up.Budgets[k] - down.Budgets[k]) / (2 * h),
                    up.Budgets[k]);
                Near(
                    sensitivity.PerAccuracyWeight[k] * workload.AccuracyWeightSeconds,
                    (more.Budgets[k] - less.Budgets[k]) / (2 * h),
                    up.Budgets[k]);
            }
        }

        static void Near(double derivative, double difference, double budget) =>
            Assert.Equal(difference, derivative, (1e-3 * Math.Abs(difference)) + (1e-4 * (1 + budget)));
    }

    [Fact]
    public void Frontier_RisingWeight_BuysAccuracyWithTime()
    {
        ImmutableArray<ProvedAllocation> frontier = AllocationWishes.Frontier(
            PaperOptimumTests.PaperWorkload(), Enumerable.Range(0, 30).Select(i => Math.Pow(10, 4 * i / 29.0)));
        for (int i = 1; i < frontier.Length; i++)
        {
            Assert.True(frontier[i].Performance.Accuracy >= frontier[i - 1].Performance.Accuracy - 1e-12);
            Assert.True(frontier[i].Performance.MeanSystemTimeSeconds >= frontier[i - 1].Performance.MeanSystemTimeSeconds - 1e-12);
        }
    }

    private static double At(double lambda, double alpha, ImmutableArray<TaskModel> tasks, double[] point) =>
        new Workload(lambda, alpha, tasks).At([.. tasks.Select((task, k) => task.MeasuredServices[(int)point[k]].BudgetTokens)]).Objective;

    private static TaskModel HeldAt(TaskModel task, int point)
    {
        MeasuredService at = task.MeasuredServices[point];
        return TaskModel.Held(task.Task, task.Probability, task.Accuracy.At(at.BudgetTokens), at.MeanSeconds) with
        {
            ServiceVariance = at.VarianceSeconds2,
        };
    }

    private static (double Lambda, double Alpha, ImmutableArray<TaskModel> Tasks) Measured(
        Xoshiro256StarStar random, int count, int budgets)
    {
        double[] shares = [.. Enumerable.Range(0, count).Select(_ => 0.1 + random.NextDouble())];
        ImmutableArray<TaskModel> tasks =
        [
            .. shares.Select((share, k) =>
            {
                double[] accuracy = [.. Enumerable.Range(0, budgets).Select(_ => random.NextDouble()).Order()];
                double t0 = RandomWorkload.Log(random, 0.05, 1), c = RandomWorkload.Log(random, 1e-3, 0.02);
                int[] grid = [.. Enumerable.Range(0, budgets).Select(i => i == 0 ? 0 : 32 << i)];
                var points = new PointAccuracy([.. grid.Select((budget, i) => new BudgetAccuracy(budget, accuracy[i]))]);
                return new TaskModel("m" + k, share / shares.Sum(), points, new ServiceTimeLine(t0, c), grid[^1])
                {
                    MeasuredServices =
                    [
                        .. grid.Select(budget => new MeasuredService(
                            budget, t0 + (c * budget), random.NextDouble() < 0.5 ? 0 : random.NextDouble())),
                    ],
                };
            }),
        ];
        return (RandomWorkload.Log(random, 0.01, 0.9) / tasks.Sum(task => task.Probability * task.MeasuredServices[0].MeanSeconds),
            RandomWorkload.Log(random, 1, 1e4), tasks);
    }

    private static IEnumerable<double[]> Grid(int dimensions, int size)
    {
        for (long code = 0; code < (long)Math.Pow(size, dimensions); code++)
        {
            var point = new double[dimensions];
            long rest = code;
            for (int k = 0; k < dimensions; k++, rest /= size)
                point[k] = rest % size;
            yield return point;
        }
    }
}
