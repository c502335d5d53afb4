using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Deciding;
using Calibration.Analysis.Policies;
using Calibration.Fitting;
using Calibration.Optimizer;
using Xunit;

namespace Calibration.Tests.Analysis;

/// <summary>Where a task has no curve, what lies between its measured budgets is named so, and the paper's bound is not drawn.</summary>
public sealed class InterpolatedTests
{
    private static readonly PointAccuracy Points = new([new BudgetAccuracy(0, 0.1), new BudgetAccuracy(64, 0.7)]);
    private static readonly ExponentialAccuracy Curve = new(0.6, 0.05, 0.1);

    [Theory]
    [InlineData(0, null, null)]
    [InlineData(32, 0.0, 64.0)]
    [InlineData(64, null, null)]
    [InlineData(100, 64.0, 136.0)]
    [InlineData(136, null, null)]
    [InlineData(500, null, null)]
    public void InterpolatedBetween_PointsAndAFall_AreTheMeasuredBudgetsBeside(double budget, double? low, double? high)
    {
        TaskModel task = Task(Points) with { Beyond = [new BudgetAccuracy(136, 0.3)] };
        (double Low, double High)? between = AnyBudget.InterpolatedBetween(task, budget);
        Assert.Equal((low, high), (between?.Low, between?.High));
        Assert.Null(AnyBudget.InterpolatedBetween(Task(Curve), budget));
    }

    [Fact]
    public void Sweep_TaskWithoutACurve_HasNoLowerBound()
    {
        BudgetSweep points = SweepOf(Points), curve = SweepOf(Curve);
        Assert.True(points.Interpolated);
        Assert.All(points.Points, point => Assert.Null(point.LowerBound));
        Assert.False(curve.Interpolated);
        Assert.All(curve.Points.Where(point => point.LowerBound is not null), point => Assert.True(point.LowerBound <= point.Objective));
        Assert.Contains(curve.Points, point => point.LowerBound is not null);
    }

    private static BudgetSweep SweepOf(AccuracyShape shape)
    {
        var workload = new Workload(0.1, 30, [Task(shape)]);
        ProvedAllocation best = AllocationSolver.Solve(workload);
        ImmutableArray<SweptTask> swept = [new SweptTask("t", "T", 64)];
        return new Fig4Sweep(workload, best, PaperView.Of(workload, best.Budgets)).Of(
            swept, "t", seed: 1, TestContext.Current.CancellationToken);
    }

    private static TaskModel Task(AccuracyShape shape) => new("t", 1, shape, new ServiceTimeLine(0.1, 0.01), 64);
}
