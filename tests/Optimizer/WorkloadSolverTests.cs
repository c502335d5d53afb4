using System.Collections.Concurrent;
using Calibration.Optimizer;
using Calibration.Optimizer.Branching;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>The one solver against trying everything, and its bounds against whatever is better.</summary>
public sealed class WorkloadSolverTests
{
    private const int Instances = 300;

    [Fact]
    public void SolveInteger_RandomWorkloads_IsTheBestOfAllCombinations()
    {
        var wrong = new ConcurrentBag<string>();
        Parallel.For(0, Instances, instance =>
        {
            Workload workload = AnyWorkload.Draw(new Xoshiro256StarStar(70_000 + instance, false), integer: true);
            (double[] budgets, double best) = AnyWorkload.TryAll(workload, 1);
            ProvedAllocation found = WorkloadSolver.SolveInteger(workload);
            if (double.IsNegativeInfinity(best))
            {
                if (found.Status != ProofStatus.Infeasible)
                    wrong.Add($"instance {instance} is not stable anywhere");
                return;
            }

            double scale = Math.Max(1, Math.Abs(best));
            if (Math.Abs(best - found.Performance.Objective) > 1e-9 * scale || found.Status != ProofStatus.Proved || found.UpperBound < best - (1e-12 * scale))
                wrong.Add($"instance {instance}: {string.Join(", ", budgets)} has {best:R}; found {string.Join(", ", found.Budgets)} with {found.Performance.Objective:R}, gap {found.GapBound}, {found.Nodes} nodes");
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong));
    }
}
