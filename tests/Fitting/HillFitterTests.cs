using Calibration.Fitting;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Fitting;

public sealed class HillFitterTests
{
    private static readonly int[] Budgets = SyntheticTask.All.Single(task => task.Name == "gsm8k").Budgets;

    private static readonly HillAccuracy Truth = new(0.70, 256, 2, 0.15);

    [Theory]
    [InlineData(0.6, 200, 2.5, 0.04)]
    [InlineData(0.3, 60, 1.2, 0.5)]
    [InlineData(0.9, 700, 3, 0)]
    [InlineData(0.7, 128, 2, 0.3)]
    public void Fit_CurveWithoutNoise_IsRecovered(double a, double h, double s, double d)
    {
        var truth = new HillAccuracy(a, h, s, d);

        HillFit fit = HillFitter.Fit([.. Budgets.Select(budget => new AccuracyProportion(budget, 750, truth.At(budget)))]);

        Assert.Equal(1, fit.A.Value / a, 1e-4);
        Assert.Equal(1, fit.H.Value / h, 1e-4);
        Assert.Equal(1, fit.S.Value / s, 1e-4);
        Assert.Equal(d, fit.D.Value, 1e-4);
        Assert.InRange(fit.Deviance, 0, 1e-5);
        Assert.Equal(d == 0 || a + d == 1 ? Verdict.AtBound : Verdict.Identified, fit.Verdict);
    }

    /// <summary>95 % less three standard errors of 200 sets; the test's size of 1 % with seven sets more.</summary>
    [Fact]
    public void Fit_NestedAnswers_CoversTheTruthAndKeepsItsSize()
    {
        HillFit[] fits = [.. Enumerable.Range(0, 200).Select(i => Draw(Truth.At, i))];

        Assert.InRange(Coverage(fit => fit.A, Truth.A), 0.90, 0.995);
        Assert.InRange(Coverage(fit => fit.H, Truth.H), 0.90, 0.995);
        Assert.InRange(Coverage(fit => fit.S, Truth.S), 0.90, 0.995);
        Assert.InRange(Coverage(fit => fit.D, Truth.D), 0.90, 0.995);
        Assert.InRange(fits.Count(fit => fit.Verdict == Verdict.LackOfFit), 0, 8);
        Assert.InRange(fits.Count(fit => fit.Verdict is Verdict.Identified or Verdict.AtBound), 190, 200);

        double Coverage(Func<HillFit, ParameterEstimate> parameter, double value) =>
            fits.Select(fit => parameter(fit).Interval).OfType<Interval>().Average(interval => interval.Contains(value) ? 1 : 0.0);
    }

    [Fact]
    public void Fit_TwoStages_IsRejectedAndGivesNoIntervals()
    {
        var second = new HillAccuracy(0.45, 900, 8, 0);
        HillFit fit = Draw(budget => 0.2 + (0.3 * (1 - Math.Exp(-0.06 * budget))) + second.At(budget), 1);

        Assert.Equal(Verdict.LackOfFit, fit.Verdict);
        Assert.InRange(fit.LackOfFitPValue!.Value, 0, 0.01);
        Assert.Null(fit.H.Interval);
    }

    [Fact]
    public void Fit_ShapesWithoutASteepness_AreNotIdentified()
    {
        Assert.Equal(
            "Not identifiable: the rise may be a step between two budgets.", Draw(budget => budget >= 200 ? 0.9 : 0.2, 1).Explanation);
        Assert.Equal(Verdict.NotIdentifiable, Draw(_ => 0.5, 1).Verdict);
        Assert.Equal(
            Verdict.NotIdentifiable, HillFitter.Fit([new AccuracyProportion(0, 50, 0.2), new AccuracyProportion(8, 50, 0.4)]).Verdict);
    }

    private static HillFit Draw(Func<double, double> curve, int seed) =>
        HillFitter.Fit(SyntheticTraces.Nested(curve, Budgets, 250, 3, 0.6, new Xoshiro256StarStar(seed + 1, false)));
}
