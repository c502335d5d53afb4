using System.Collections.Immutable;
using Calibration.Analysis.Uncertainty;
using Calibration.Fitting;
using Calibration.Optimizer;
using Xunit;

namespace Calibration.Tests.Analysis;

/// <summary>What one replicate of the decision's bootstrap is made of.</summary>
public sealed class DecisionDrawTests
{
    private static readonly ServiceTimeLine Line = new(0.1, 0.01);

    [Fact]
    public void Next_AnswersAndServiceTimes_AreDrawnIndependently()
    {
        // Twenty problems and twenty traces, numbered alike: drawn by one stream, the first of each would be the same in every replicate.
        const int Clusters = 20, Replicates = 4_000;
        List<AccuracyCell> cells =
        [
            .. from g in Enumerable.Range(0, Clusters)
               from budget in (int[])[0, 100, 1_000]
               select new AccuracyCell($"{g:00}", budget, 1, g < Clusters / 2 ? 1 : 0),
        ];
        List<ServiceObservation> times =
        [
            .. from g in Enumerable.Range(0, Clusters)
               from tokens in (double[])[0, 100, 1_000]
               select new ServiceObservation($"{g:00}", tokens, 0.1 + (0.01 * tokens) + (g < Clusters / 2 ? 0.05 : 0)),
        ];
        TaskModel model = new(
            "t", 1, new PointAccuracy([new(0, 0.5), new(100, 0.5), new(1_000, 0.5)]), new ServiceTimeLine(0.125, 0.01), 1_000);
        var task = new DecisionTask(model, model)
        {
            Answers = AccuracyBootstrap.Of(cells),
            Given = ShapeKind.Points,
            ServiceTimes = [.. times],
            LargestBudget = 1_000,
        };
        var draw = new TaskDraw(task, 1, 2);
        double[] right = new double[Replicates], origin = new double[Replicates];
        for (int i = 0; i < Replicates; i++)
        {
            TaskModel drawn = draw.Next(i).Model;
            (right[i], origin[i]) = (drawn.Accuracy.At(0), drawn.Service.T0Seconds);
        }

        Assert.True(right.Distinct().Count() > 10 && origin.Distinct().Count() > 10);
        Assert.InRange(Math.Abs(Correlation(right, origin)), 0, 4 / Math.Sqrt(Replicates));
    }

    [Fact]
    public void Next_ReplicateWithoutAnswersAtABudget_DropsThatBudget()
    {
        // The largest budget was answered by one problem only: a third of the replicates do not draw it.
        List<AccuracyCell> cells =
        [
            .. Enumerable.Range(0, 10).Select(g => new AccuracyCell($"{g}", 0, 1, 0)), new AccuracyCell("0", 1_000, 1, 1),
        ];
        var draw = new TaskDraw(Points(cells, [new(0, 0), new(1_000, 1)]), 1, 2);
        ImmutableArray<BudgetAccuracy>[] drawn =
        [
            .. Enumerable.Range(0, 1_000).Select(i => ((PointAccuracy)draw.Next(i).Measured.Accuracy).Points),
        ];
        Assert.InRange(drawn.Count(points => points.Length == 1) / 1_000.0, Math.Pow(0.9, 10) - 0.06, Math.Pow(0.9, 10) + 0.06);
        Assert.All(drawn, points => Assert.All(points, point => Assert.Equal(point.BudgetTokens == 0 ? 0 : 1, point.Accuracy)));
    }

    [Fact]
    public void Next_FallingAccuracy_IsPooledWithTheAnswersAsWeights()
    {
        // Every problem is alike, so every replicate is the sample: 9 of 10 right, then 1 of 2, pool to 10 of 12.
        List<AccuracyCell> cells =
        [
            .. from g in Enumerable.Range(0, 5)
               from cell in (AccuracyCell[])[new($"{g}", 0, 10, 9), new($"{g}", 64, 2, 1), new($"{g}", 128, 2, 2)]
               select cell,
        ];
        var draw = new TaskDraw(Points(cells, [new(0, 0.9), new(64, 0.9)]), 1, 2);
        ImmutableArray<BudgetAccuracy> points = ((PointAccuracy)draw.Next(0).Measured.Accuracy).Points;
        Assert.Equal([0, 64], points.Select(point => point.BudgetTokens));
        Assert.All(points, point => Assert.Equal(10 / 12.0, point.Accuracy, 1e-12));
    }

    [Fact]
    public void Next_Caps_DrawTheLengthsOfTheDrawnProblems()
    {
        // A problem's length says which it is, and it is right where it is long: accuracy and tokens used then go together.
        const int Problems = 40;
        List<AccuracyCell> cells =
        [
            .. from g in Enumerable.Range(0, Problems)
               from budget in (int[])[0, 64, 128]
               select new AccuracyCell($"{g:00}", budget, 1, g < Problems / 2 ? 1 : 0),
        ];
        DecisionTask task = Points(cells, [new(0, 0.5), new(64, 0.5), new(128, 0.5)]) with
        {
            Lengths = [.. Enumerable.Range(0, Problems).Select(g => ImmutableArray.Create(g < Problems / 2 ? 100 : 10))],
        };
        var draw = new TaskDraw(task, 1, 2);
        for (int i = 0; i < 50; i++)
        {
            TaskModel drawn = draw.Next(i).Model;
            double share = drawn.Accuracy.At(0);
            Assert.Equal((100 * share) + (10 * (1 - share)), drawn.MeanTokensAt(128), 1e-9);
        }
    }

    private static DecisionTask Points(List<AccuracyCell> cells, ImmutableArray<BudgetAccuracy> points)
    {
        TaskModel model = new("t", 1, new PointAccuracy(points), Line, points[^1].BudgetTokens);
        return new DecisionTask(model, model)
        {
            Answers = AccuracyBootstrap.Of(cells),
            Given = ShapeKind.Points,
            LargestBudget = points[^1].BudgetTokens,
        };
    }

    private static double Correlation(double[] a, double[] b)
    {
        double x = a.Average(), y = b.Average();
        return a.Zip(b, (u, v) => (u - x) * (v - y)).Sum() / Math.Sqrt(a.Sum(u => (u - x) * (u - x)) * b.Sum(v => (v - y) * (v - y)));
    }
}
