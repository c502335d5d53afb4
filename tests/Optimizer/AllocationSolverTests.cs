using System.Collections.Concurrent;
using Calibration.Optimizer;
using Calibration.Optimizer.Queueing;
using Calibration.Optimizer.Solving;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>The one solver against trying everything, and its bounds against whatever is better.</summary>
public sealed class AllocationSolverTests
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
            ProvedAllocation found = AllocationSolver.SolveInteger(workload);
            if (double.IsNegativeInfinity(best))
            {
                if (found.Status != ProofStatus.Infeasible)
                    wrong.Add($"instance {instance} is not stable anywhere");
                return;
            }

            double scale = Math.Max(1, Math.Abs(best));
            if (Math.Abs(best - found.Performance.Objective) > 1e-9 * scale || found.Status != ProofStatus.Proved
                || found.UpperBound < best - (1e-12 * scale))
                wrong.Add(
                    $"instance {instance}: {string.Join(", ", budgets)} has {best:R}; found {string.Join(", ", found.Budgets)} with "
                        + $"{found.Performance.Objective:R}, gap {found.GapBound}, {found.Nodes} nodes");
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong));
    }

    /// <summary>One or two tasks of every shape, under caps too, against every real budget in steps of 1/100 token.</summary>
    [Fact]
    public void Solve_RandomWorkloads_IsNotBelowAnyPointOfAFineGrid()
    {
        var wrong = new ConcurrentBag<string>();
        Parallel.For(0, 120, instance =>
        {
            Workload workload = AnyWorkload.Draw(new Xoshiro256StarStar(90_000 + instance, false), integer: false);
            double shares = workload.Tasks.Take(2).Sum(task => task.Probability);
            workload = workload with
            {
                Tasks = [.. workload.Tasks.Take(2).Select(task => task with { Probability = task.Probability / shares })],
            };
            (double[] budgets, double best) = AnyWorkload.TryAll(workload, 0.01);
            ProvedAllocation found = AllocationSolver.Solve(workload);
            if (found.Status == ProofStatus.Infeasible)
            {
                if (!double.IsNegativeInfinity(best))
                    wrong.Add($"instance {instance} is stable somewhere");
                return;
            }

            double scale = Math.Max(1, Math.Abs(best));
            if (found.Status != ProofStatus.Proved || found.Performance.Objective < best - (1e-9 * scale)
                || found.UpperBound < found.Performance.Objective || found.UpperBound < best - (1e-12 * scale))
                wrong.Add(
                    $"instance {instance}: {string.Join(", ", budgets)} has {best:R}; found {string.Join(", ", found.Budgets)} with "
                        + $"{found.Performance.Objective:R}, gap {found.GapBound}, {found.Nodes} nodes");
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong));
    }

    [Fact]
    public void Solve_PapersModel_IsNewtonsSolution()
    {
        ProvedAllocation found = AllocationSolver.Solve(PaperOptimumTests.PaperWorkload());
        Assert.Equal(NewtonSolver.Solve(PaperOptimumTests.PaperWorkload()).Budgets.AsEnumerable(), found.Budgets);
        Assert.Equal((ProofStatus.Proved, 1), (found.Status, found.Nodes));
        Assert.Equal([0.0, 341, 0, 0, 346, 30], AllocationSolver.SolveInteger(PaperOptimumTests.PaperWorkload()).Budgets.AsEnumerable());
    }

    /// <summary>
    /// The paper's tasks at batching servers, computed elsewhere: n·r/(r − 1 + n) with slots enough for no query to wait.
    /// </summary>
    [Theory]
    [InlineData(5, new double[] { 0, 466, 0, 0, 561, 30 })]
    [InlineData(20, new double[] { 0, 490, 0, 0, 604, 31 })]
    [InlineData(50, new double[] { 0, 495, 0, 0, 613, 31 })]
    public void SolveInteger_BatchingServers_GivesTheReference(double r, double[] budgets)
    {
        Workload workload = PaperOptimumTests.PaperWorkload() with
        {
            Server = Server.Shared([.. Enumerable.Range(1, 256).Select(n => n * r / (r - 1 + n))]),
        };
        Assert.Equal(budgets, AllocationSolver.SolveInteger(workload).Budgets.AsEnumerable());
    }

    [Fact]
    public void Solve_SpeedWithoutConvexity_ClaimsNothing()
    {
        Workload workload = PaperOptimumTests.PaperWorkload(lambda: 1) with { Server = Server.Shared([1, 1, 1, 4]) };
        ProvedAllocation found = AllocationSolver.Solve(workload, new SolverOptions(1e-6, 500));
        Assert.Equal(ProofStatus.Unproved, found.Status);
        Assert.Equal(double.PositiveInfinity, found.GapBound);
        Assert.True(found.Performance.IsStable);
    }

    /// <summary>A search that branches ends between two of its nodes.</summary>
    [Fact]
    public void Solve_Cancelled_EndsBetweenTwoNodes()
    {
        Workload workload = PaperOptimumTests.PaperWorkload(lambda: 2) with { Server = Server.Shared([1, 1.9, 2.7, 3.4]) };
        var options = new SolverOptions { Cancellation = new CancellationToken(canceled: true) };
        Assert.Throws<OperationCanceledException>(() => AllocationSolver.Solve(workload, options));
        Assert.Throws<OperationCanceledException>(() => AllocationSolver.SolveInteger(workload, options));
    }

    [Fact]
    public void Solve_NodeLimit_SaysThatTheGapIsOpen()
    {
        Workload workload = PaperOptimumTests.PaperWorkload(lambda: 2) with { Server = Server.Shared([1, 1.9, 2.7, 3.4]) };
        ProvedAllocation quick = AllocationSolver.Solve(workload, new SolverOptions(1e-9, 2)), whole = AllocationSolver.Solve(workload);
        Assert.Equal((ProofStatus.Open, ProofStatus.Proved), (quick.Status, whole.Status));
        Assert.True(quick.UpperBound >= whole.Performance.Objective && whole.Performance.Objective >= quick.Performance.Objective);
    }

    [Fact]
    public void Wishes_PapersTasks_HoldAndAreNotTooModest()
    {
        Workload workload = PaperOptimumTests.PaperWorkload();
        WishedAllocation timed = AllocationWishes.WithMeanTime(workload, 2)!;
        Assert.InRange(timed.Allocation.Performance.MeanSystemTimeSeconds, 2 - 1e-6, 2);
        WishedAllocation accurate = AllocationWishes.WithAccuracy(workload, timed.Allocation.Performance.Accuracy)!;
        Assert.Equal(timed.AccuracyWeightSeconds, accurate.AccuracyWeightSeconds, 1e-6 * timed.AccuracyWeightSeconds);
        Assert.Null(AllocationWishes.WithMeanTime(workload, 0.05));
        Assert.Null(AllocationWishes.WithAccuracy(workload, 0.999));
        WishedAllocation tail = AllocationWishes.WithPercentile(
            workload, 6, (at, budgets) => QueuePercentile.Of(at, budgets.AsSpan(), 0.95, 40_000))!;
        Assert.InRange(QueuePercentile.Of(workload, tail.Allocation.Budgets.AsSpan(), 0.95).Mean, 5.5, 6.05);
        PolicyRow[] policy = [.. AllocationWishes.Policy(workload, [0.01, 0.1, 1, 9])];
        Assert.Equal([0.0, 341, 0, 0, 346, 30], policy[1].Allocation!.Budgets.AsEnumerable());
        Assert.True(
            policy[0].Allocation!.Budgets[1] > policy[1].Allocation!.Budgets[1]
                && policy[2].Allocation!.Budgets[1] < policy[1].Allocation!.Budgets[1]);
        Assert.Null(policy[3].Allocation);
        Assert.True(policy[2].StabilityLimitPerSecond > 1);
        Assert.Equal([1.0, 30], AllocationWishes.Frontier(workload, [1, 30]).Select(at => at.Performance.AccuracyWeightSeconds));
    }
}
