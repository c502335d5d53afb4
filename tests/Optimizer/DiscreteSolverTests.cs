using System.Collections.Immutable;
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
            double best = Grid(n, largest + 1).Select(point => workload.At([.. point.Select((budget, k) => Math.Min(budget, workload.Tasks[k].MaxBudgetTokens))]).Objective).Max();
            IntegerAllocation found = IntegerSolver.Solve(workload);
            Assert.Equal(best, found.Performance.Objective, 1e-12 * Math.Max(1, Math.Abs(best)));
            Assert.Equal(0, found.GapBound);
        });
    }

    [Fact]
    public void IntegerSolve_NodeLimit_ReturnsTheBestFoundWithItsGap()
    {
        for (int instance = 0; instance < 20; instance++)
        {
            Workload workload = RandomWorkload.Draw(new Xoshiro256StarStar(20_000 + instance, false), 30, 5_000);
            IntegerAllocation quick = IntegerSolver.Solve(workload, nodeLimit: 3);
            IntegerAllocation better = IntegerSolver.Solve(workload, nodeLimit: 300);
            Assert.True(better.Performance.Objective >= quick.Performance.Objective);
            Assert.True(better.Performance.Objective <= quick.Performance.Objective + quick.GapBound + (1e-12 * Math.Abs(quick.Performance.Objective)));
        }
    }

    [Fact]
    public void MeasuredSolve_SmallInstances_IsTheBestCombination()
    {
        Parallel.For(0, 200, instance =>
        {
            var random = new Xoshiro256StarStar(30_000 + instance, false);
            (double lambda, double alpha, ImmutableArray<MeasuredTask> tasks) = Measured(random, 1 + random.Next(5), 5);
            double best = Grid(tasks.Length, 5).Select(point => At(lambda, alpha, tasks, point)).Max();
            MeasuredAllocation found = MeasuredSolver.Solve(lambda, alpha, tasks);
            Assert.Equal(best, found.Performance.Objective, 1e-11 * Math.Max(1, Math.Abs(best)));
            Assert.Equal(0, found.GapBound);
        });
    }

    [Fact]
    public void MixedSolve_SmallInstances_IsTheBestCombination()
    {
        Parallel.For(0, 100, instance =>
        {
            var random = new Xoshiro256StarStar(40_000 + instance, false);
            (double lambda, double alpha, ImmutableArray<MeasuredTask> measured) = Measured(random, 1 + random.Next(3), 5);
            Workload curves = RandomWorkload.Draw(random, 1 + random.Next(4));
            ImmutableArray<TaskChoice> tasks =
            [
                .. measured.Select(task => TaskChoice.Of(task with { Probability = task.Probability / 2 })),
                .. curves.Tasks.Select(task => TaskChoice.Of(task with { Probability = task.Probability / 2 })),
            ];
            lambda /= 3;
            double best = Grid(measured.Length, 5).Select(point =>
            {
                double[] budgets = [.. tasks.Select((task, k) => task.Measured is null ? 0 : (double)task.Measured.Budgets[(int)point[k]].BudgetTokens)];
                return AllocationSolver.Solve(new Workload(lambda, alpha, [.. tasks.Select((task, k) => task.At(budgets[k]))])).Performance.Objective;
            }).Max();
            MixedAllocation found = MixedSolver.Solve(lambda, alpha, tasks);
            Assert.True(double.IsNegativeInfinity(best) ? found.Allocation.Ending == SolverEnding.Infeasible : Math.Abs(best - found.Allocation.Performance.Objective) <= 1e-10 * Math.Max(alpha, Math.Abs(best)), $"instance {instance}");
        });
    }

    [Fact]
    public void MeasuredSolve_FiftyTasks_IsProvedBestOrStatesItsGap()
    {
        (double lambda, double alpha, ImmutableArray<MeasuredTask> tasks) = Measured(new Xoshiro256StarStar(5, false), 50, 10);
        MeasuredAllocation found = MeasuredSolver.Solve(lambda, alpha, tasks, nodeLimit: 500);
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
            Allocation up = AllocationSolver.Solve(workload with { ArrivalRatePerSecond = workload.ArrivalRatePerSecond * (1 + h) });
            Allocation down = AllocationSolver.Solve(workload with { ArrivalRatePerSecond = workload.ArrivalRatePerSecond * (1 - h) });
            Allocation more = AllocationSolver.Solve(workload with { AccuracyWeightSeconds = workload.AccuracyWeightSeconds * (1 + h) });
            Allocation less = AllocationSolver.Solve(workload with { AccuracyWeightSeconds = workload.AccuracyWeightSeconds * (1 - h) });
            for (int k = 0; k < workload.Tasks.Length; k++)
            {
                Near(sensitivity.PerArrivalRate[k] * workload.ArrivalRatePerSecond, (up.Budgets[k] - down.Budgets[k]) / (2 * h), up.Budgets[k]);
                Near(sensitivity.PerAccuracyWeight[k] * workload.AccuracyWeightSeconds, (more.Budgets[k] - less.Budgets[k]) / (2 * h), up.Budgets[k]);
            }
        }

        static void Near(double derivative, double difference, double budget) =>
            Assert.Equal(difference, derivative, (1e-3 * Math.Abs(difference)) + (1e-4 * (1 + budget)));
    }

    [Fact]
    public void Frontier_RisingWeight_BuysAccuracyWithTime()
    {
        ImmutableArray<Allocation> frontier = EfficientFrontier.Of(PaperOptimumTests.PaperWorkload(), EfficientFrontier.Weights(1, 10_000, 30));
        for (int i = 1; i < frontier.Length; i++)
        {
            Assert.True(frontier[i].Performance.Accuracy >= frontier[i - 1].Performance.Accuracy - 1e-12);
            Assert.True(frontier[i].Performance.MeanSystemTimeSeconds >= frontier[i - 1].Performance.MeanSystemTimeSeconds - 1e-12);
        }
    }

    private static double At(double lambda, double alpha, ImmutableArray<MeasuredTask> tasks, double[] point) =>
        new Workload(lambda, alpha, [.. tasks.Select((task, k) => task.FixedAt(task.Budgets[(int)point[k]].BudgetTokens))]).At(new double[tasks.Length]).Objective;

    private static (double Lambda, double Alpha, ImmutableArray<MeasuredTask> Tasks) Measured(Xoshiro256StarStar random, int count, int budgets)
    {
        double[] shares = [.. Enumerable.Range(0, count).Select(_ => 0.1 + random.NextDouble())];
        ImmutableArray<MeasuredTask> tasks =
        [
            .. shares.Select((share, k) =>
            {
                double[] accuracy = [.. Enumerable.Range(0, budgets).Select(_ => random.NextDouble()).Order()];
                double t0 = RandomWorkload.Log(random, 0.05, 1), c = RandomWorkload.Log(random, 1e-3, 0.02);
                return new MeasuredTask("m" + k, share / shares.Sum(), [.. accuracy.Select((value, i) => new MeasuredBudget(i == 0 ? 0 : 32 << i, value, t0 + (c * (i == 0 ? 0 : 32 << i))) { ServiceVariance = random.NextDouble() < 0.5 ? 0 : random.NextDouble() })]);
            }),
        ];
        return (RandomWorkload.Log(random, 0.01, 0.9) / tasks.Sum(task => task.Probability * task.Budgets[0].ServiceSeconds), RandomWorkload.Log(random, 1, 1e4), tasks);
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
