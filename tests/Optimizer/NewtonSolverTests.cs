using Calibration.Optimizer;
using Calibration.Optimizer.Solving;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Optimizer;

public sealed class NewtonSolverTests
{
    private const int Instances = 1_000;
    private const int Starts = 3;
    private const int Competitors = 1_000;

    [Fact]
    public void Solve_RandomWorkloads_IsCertifiedFromEveryStableStart()
    {
        Parallel.For(0, Instances, instance =>
        {
            var random = new Xoshiro256StarStar(1 + instance, false);
            Workload workload = RandomWorkload.Draw(random);
            Allocation best = NewtonSolver.Solve(workload);
            double size = Size(workload, best.Performance);
            Certified(instance, best);
            for (int start = 0; start < Starts; start++)
            {
                Allocation other = NewtonSolver.Solve(workload, RandomWorkload.Stable(random, workload));
                Certified(instance, other);
                Assert.True(
                    Math.Abs(other.Performance.Objective - best.Performance.Objective) <= 1e-11 * size,
                    $"instance {instance}: starts disagree on J");
            }

            for (int i = 0; i < Competitors; i++)
            {
                Performance there = workload.At(RandomWorkload.Stable(random, workload));
                Assert.True(
                    there.Objective <= best.Performance.Objective + (1e-12 * size), $"instance {instance}: a random point is better");
            }
        });
    }

    [Fact]
    public void GapBound_AnyStablePoint_CoversTheOptimum()
    {
        for (int instance = 0; instance < 300; instance++)
        {
            var random = new Xoshiro256StarStar(5_000 + instance, false);
            Workload workload = RandomWorkload.Draw(random);
            double best = NewtonSolver.Solve(workload).Performance.Objective;
            double[] point = RandomWorkload.Stable(random, workload);
            var model = new ObjectiveModel(workload);
            var gains = new double[point.Length];
            Moments moments = model.MomentsAt(point, gains);
            double gap = Certificate.GapBound(model, point, gains, moments);
            Assert.True(best <= workload.At(point).Objective + (gap * (1 + 1e-9)) + (1e-12 * Size(workload, workload.At(point))));
        }
    }

    [Fact]
    public void Solve_OverloadedWithoutThinking_SaysByHowMuch()
    {
        Allocation allocation = NewtonSolver.Solve(PaperOptimumTests.PaperWorkload(lambda: 10));
        Assert.Equal(SolverEnding.Infeasible, allocation.Ending);
        Assert.Equal(allocation.Performance.Utilization - 1, allocation.Overload!.Value);
        Assert.Equal(10 * 0.7343 / 6, allocation.Performance.Utilization, 1e-12);
        Assert.Equal(6 / 0.7343, StabilityLimit.WithoutThinking(PaperOptimumTests.PaperWorkload(lambda: 10))!.Value, 1e-12);
    }

    [Fact]
    public void Solve_EveryPaperOperatingPoint_Converges()
    {
        foreach (double lambda in (double[])[0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 8])
        {
            for (double alpha = 1; alpha <= 1e5; alpha *= 3)
                Certified(0, NewtonSolver.Solve(PaperOptimumTests.PaperWorkload(lambda, alpha)));
        }
    }

    private static void Certified(int instance, Allocation allocation)
    {
        Assert.True(
            allocation.Ending == SolverEnding.Converged && allocation.KktResidual < 1e-9,
            $"instance {instance}: residual {allocation.KktResidual} after {allocation.Steps} steps");
        Assert.True(
            allocation.GapBound >= 0 && allocation.GapBound < 1e-6 * Size(allocation), $"instance {instance}: gap {allocation.GapBound}");
    }

    private static double Size(Allocation allocation) =>
        (allocation.Performance.AccuracyWeightSeconds * allocation.Performance.Accuracy) + allocation.Performance.MeanSystemTimeSeconds;

    private static double Size(Workload workload, Performance performance) =>
        (workload.AccuracyWeightSeconds * performance.Accuracy) + performance.MeanSystemTimeSeconds;
}
