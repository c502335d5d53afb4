using Calibration.Fitting;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Fitting;

public sealed class ShapeChoiceTests
{
    private static readonly SyntheticTask Gsm8k = SyntheticTask.All.Single(task => task.Name == "gsm8k");

    [Fact]
    public void Choose_IdentifiedExponential_IsUsed()
    {
        AccuracyCell[] cells = Nested(Gsm8k.Truth.At);

        ShapeChoice choice = AccuracyShapeFitter.Choose(cells);

        Assert.Equal(
            (ShapeKind.Exponential, double.PositiveInfinity, null, null, null),
            (choice.Kind, choice.LargestBudget, choice.Fall, choice.Hill, choice.Warning));
        Assert.Equal(AccuracyFitter.Fit(cells).Curve, choice.Shape);
    }

    [Fact]
    public void Choose_TooFewProblemsForATest_UsesTheExponentialWithAWarning()
    {
        ShapeChoice choice = AccuracyShapeFitter.Choose(SyntheticTraces.Nested(
            Gsm8k.Truth.At, Gsm8k.Budgets, 19, 20, 0.1, new Xoshiro256StarStar(3, false)));

        Assert.Equal(ShapeKind.Exponential, choice.Kind);
        Assert.StartsWith("Lack of fit cannot be tested", choice.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_FlatAnswers_AreMeasuredPoints()
    {
        ShapeChoice choice = AccuracyShapeFitter.Choose(Nested(_ => 0.5));

        Assert.Equal((ShapeKind.Points, 2048), (choice.Kind, choice.LargestBudget));
        Assert.Equal(10, Assert.IsType<PointAccuracy>(choice.Shape).Points.Length);
        Assert.Equal("Not identifiable (A, b, D): accuracy is flat over the budgets: only measured budgets are offered.", choice.Reason);
    }

    [Fact]
    public void Choose_SShapedAnswers_IsHill()
    {
        ShapeChoice choice = AccuracyShapeFitter.Choose(Nested(new HillAccuracy(0.91, 220, 2.5, 0.04).At));

        Assert.Equal(ShapeKind.Hill, choice.Kind);
        Assert.Equal(choice.Hill!.Curve, choice.Shape);
        Assert.Equal(Verdict.LackOfFit, choice.Exponential.Verdict);
        Assert.InRange(choice.Hill.S.Value, 2, 3);
        Assert.EndsWith("the Hill curve is identified and follows the answers better.", choice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_AStep_IsInterpolated()
    {
        ShapeChoice choice = AccuracyShapeFitter.Choose(Nested(budget => budget >= 200 ? 0.9 : 0.2));

        Assert.Equal((ShapeKind.Interpolated, 2048), (choice.Kind, choice.LargestBudget));
        Assert.Contains("the Hill curve is not identifiable", choice.Reason, StringComparison.Ordinal);
        Assert.InRange(choice.Shape.At(256) - choice.Shape.At(128), 0.6, 0.8);
    }

    /// <summary>0.72 at 48, 0.96 at 64, 0.28 at 256: the peak is offered, and nothing beyond it.</summary>
    [Fact]
    public void Choose_AccuracyThatFalls_StopsAtThePeak()
    {
        int[] budgets = [0, 8, 16, 24, 32, 48, 64, 256];
        double[] accuracy = [0.05, 0.1, 0.2, 0.35, 0.5, 0.72, 0.96, 0.28];
        AccuracyCell[] cells = SyntheticTraces.Walk(
            budget => accuracy[Array.IndexOf(budgets, (int)budget)], budgets, 60, 2, new Xoshiro256StarStar(4, false));

        ShapeChoice choice = AccuracyShapeFitter.Choose(cells);

        Assert.Equal((64, 256, 64), (choice.Fall!.FromTokens, choice.Fall.ToTokens, choice.Fall.PeakTokens));
        Assert.InRange(choice.Fall.PValue, 0, 1e-6);
        Assert.Equal(64, choice.LargestBudget);
        Assert.All(choice.Exponential.Points, point => Assert.InRange(point.BudgetTokens, 0, 64));
        Assert.InRange(choice.Shape.At(64), 0.85, 1);
        Assert.StartsWith("Accuracy falls from ", choice.Fall.Sentence, StringComparison.Ordinal);
        AccuracyBootstrap.ShapeReplicate replicate = AccuracyBootstrap.Of(cells).CreateShapeWorker().Draw(1, 0);
        Assert.Equal((64, 8), (replicate.LargestBudget, replicate.Answers.Length));
    }

    /// <summary>One fall by chance in 45 pairs is corrected for: at most 5 % of rising curves have one.</summary>
    [Fact]
    public void Choose_RisingAccuracy_SeldomFalls() =>
        Assert.InRange(
            Enumerable.Range(0, 200).Count(i => AccuracyShapeFitter.Choose(
                SyntheticTraces.Walk(Gsm8k.Truth.At, Gsm8k.Budgets, 60, 2, new Xoshiro256StarStar(i + 1, false)), ShapeKind.Points,
                new AccuracyFitOptions { CompareRivals = false }).Fall is not null), 0, 8);

    [Theory]
    [InlineData(ShapeKind.Exponential, "exponential")]
    [InlineData(ShapeKind.Hill, "hill")]
    [InlineData(ShapeKind.Interpolated, "interpolated")]
    [InlineData(ShapeKind.Points, "points")]
    public void Choose_GivenShape_IsUsedWhateverTheVerdict(ShapeKind kind, string name)
    {
        ShapeChoice choice = AccuracyShapeFitter.Choose(Nested(new HillAccuracy(0.91, 220, 2.5, 0.04).At), kind);

        Assert.Equal((kind, name, true, $"The shape was given as {name}."), (choice.Kind, choice.Shape.Name, choice.Given, choice.Reason));
    }

    [Fact]
    public void Draw_ExponentialReplicates_AreTheCurvesOfTheCurveWorker()
    {
        AccuracyBootstrap bootstrap = AccuracyBootstrap.Of(Nested(Gsm8k.Truth.At));
        AccuracyBootstrap.Worker curves = bootstrap.CreateWorker();
        AccuracyBootstrap.ShapeWorker shapes = bootstrap.CreateShapeWorker(), given = bootstrap.CreateShapeWorker(ShapeKind.Exponential);
        int exponential = 0;
        for (int i = 0; i < 60; i++)
        {
            ExponentialAccuracy curve = curves.Draw(5, i).Curve;
            Assert.Equal(curve, given.Draw(5, i).Shape);
            if (shapes.Draw(5, i).Shape is not ExponentialAccuracy chosen)
                continue;
            Assert.Equal(curve, chosen);
            exponential++;
        }

        Assert.InRange(exponential, 20, 60);
    }

    /// <summary>The replicates' short judgement is the data's: drawn answers that are fitted in full choose the same kind.</summary>
    [Fact]
    public void Draw_Replicates_ChooseAsTheWholeRuleWould()
    {
        foreach (Func<double, double> curve in new Func<double, double>[]
        {
            Gsm8k.Truth.At,
            new HillAccuracy(0.7, 220, 1.8, 0.15).At,
            new ExponentialAccuracy(0.7, 0.0008, 0.1).At,
        })
        {
            AccuracyBootstrap.ShapeWorker worker = AccuracyBootstrap.Of(SyntheticTraces.Nested(
                curve, Gsm8k.Budgets, 60, 2, 0.6, new Xoshiro256StarStar(8, false))).CreateShapeWorker();
            for (int i = 0; i < 40; i++)
            {
                AccuracyBootstrap.ShapeReplicate replicate = worker.Draw(2, i);
                ShapeChoice whole = AccuracyShapeFitter.Choose(
                    worker.LastCells(), options: new AccuracyFitOptions { CompareRivals = false });
                Assert.Equal(whole.Shape.Name, replicate.Shape.Name);
            }
        }
    }

    private static AccuracyCell[] Nested(Func<double, double> curve) =>
        SyntheticTraces.Nested(curve, Gsm8k.Budgets, 250, 3, 0.6, new Xoshiro256StarStar(2, false));
}
