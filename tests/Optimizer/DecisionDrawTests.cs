using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Optimizer.Queueing;
using Calibration.Optimizer.Uncertainty;
using Xunit;

namespace Calibration.Tests.Optimizer;

/// <summary>What one replicate of the decision's bootstrap is made of.</summary>
public sealed class DecisionDrawTests
{
    [Fact]
    public void Seeds_AnyTaskAndPart_AreAllDifferent()
    {
        ulong[] seeds = [.. from seed in (int[])[-1, 0, 1, 2, 1_000_003, int.MaxValue, int.MinValue] from task in Enumerable.Range(0, 50) from part in Enum.GetValues<DrawnPart>() select DrawSeed.Of(seed, task, part)];
        Assert.Equal(seeds.Length, seeds.Distinct().Count());
    }

    [Fact]
    public void Next_AnswersAndServiceTimes_AreDrawnIndependently()
    {
        // Twenty problems and twenty traces, numbered alike: drawn by one stream, the first of each would be the same in every replicate.
        const int Clusters = 20, Replicates = 4_000;
        List<AccuracyCell> cells = [.. Enumerable.Range(0, Clusters).SelectMany(g => new[] { 0, 100, 1_000 }.Select(budget => new AccuracyCell($"{g:00}", budget, 1, g < Clusters / 2 ? 1 : 0)))];
        List<ServiceObservation> times = [.. Enumerable.Range(0, Clusters).SelectMany(g => new[] { 0.0, 100, 1_000 }.Select(tokens => new ServiceObservation($"{g:00}", tokens, 0.1 + (0.01 * tokens) + (g < Clusters / 2 ? 0.05 : 0))))];
        var task = new DecisionTask(
            TaskChoice.Of(new TaskModel("t", 1, new ExponentialAccuracy(0.1, 0.01, 0.5), new ServiceTimeLine(0.125, 0.01), 1_000)), AccuracyBootstrap.Of(cells), [.. times], null);
        var draw = new TaskDraw(task, DrawSeed.Of(1, 0, DrawnPart.Answers), DrawSeed.Of(1, 0, DrawnPart.ServiceTimes));
        double[] right = new double[Replicates], origin = new double[Replicates];
        for (int i = 0; i < Replicates; i++)
        {
            TaskModel model = draw.Next(i).Model!;
            (right[i], origin[i]) = (model.Accuracy.At(0), model.Service.T0Seconds);
        }

        Assert.True(right.Distinct().Count() > 10 && origin.Distinct().Count() > 10);
        Assert.InRange(Math.Abs(Correlation(right, origin)), 0, 4 / Math.Sqrt(Replicates));
    }

    [Fact]
    public void Next_ReplicateWithoutAnswersAtABudget_DropsThatBudget()
    {
        // The largest budget was answered by one problem only: a third of the replicates do not draw it.
        List<AccuracyCell> cells = [.. Enumerable.Range(0, 10).Select(g => new AccuracyCell($"{g}", 0, 1, 0)), new AccuracyCell("0", 1_000, 1, 1)];
        var task = new DecisionTask(TaskChoice.Of(new MeasuredTask("t", 1, [new(0, 0, 0.1), new(1_000, 1, 10)])), AccuracyBootstrap.Of(cells), [], null);
        var draw = new TaskDraw(task, 1, 2);
        ImmutableArray<MeasuredBudget>[] drawn = [.. Enumerable.Range(0, 1_000).Select(i => draw.Next(i).Measured!.Budgets)];
        Assert.InRange(drawn.Count(budgets => budgets.Length == 1) / 1_000.0, Math.Pow(0.9, 10) - 0.06, Math.Pow(0.9, 10) + 0.06);
        Assert.All(drawn, budgets => Assert.All(budgets, budget => Assert.Equal(budget.BudgetTokens == 0 ? 0 : 1, budget.Accuracy)));
    }

    [Fact]
    public void Next_FallingAccuracy_IsPooledWithTheAnswersAsWeights()
    {
        // Every problem is alike, so every replicate is the sample: 9 of 10 right, then 1 of 2, pool to 10 of 12.
        List<AccuracyCell> cells = [.. Enumerable.Range(0, 5).SelectMany(g => new[] { new AccuracyCell($"{g}", 0, 10, 9), new AccuracyCell($"{g}", 64, 2, 1), new AccuracyCell($"{g}", 128, 2, 2) })];
        MeasuredTask measured = new("t", 1, [new(0, 0.9, 0.1), new(64, 0.9, 1)]);
        var draw = new TaskDraw(new DecisionTask(TaskChoice.Of(measured), AccuracyBootstrap.Of(cells), [], null), 1, 2);
        ImmutableArray<MeasuredBudget> budgets = draw.Next(0).Measured!.Budgets;
        Assert.Equal([0, 64], budgets.Select(budget => budget.BudgetTokens));
        Assert.All(budgets, budget => Assert.Equal(10 / 12.0, budget.Accuracy, 1e-12));
    }

    private static double Correlation(double[] a, double[] b)
    {
        double x = a.Average(), y = b.Average();
        return a.Zip(b, (u, v) => (u - x) * (v - y)).Sum() / Math.Sqrt(a.Sum(u => (u - x) * (u - x)) * b.Sum(v => (v - y) * (v - y)));
    }
}
