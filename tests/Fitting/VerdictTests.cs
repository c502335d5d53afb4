using Calibration.Fitting;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Fitting;

public sealed class VerdictTests
{
    private static readonly int[] Budgets = [0, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

    public static TheoryData<string> Shapes => [.. Probabilities.Keys];

    private static readonly Dictionary<string, Func<double, double>> Probabilities = new()
    {
        ["flat"] = _ => 0.5,
        ["flat and low"] = _ => 0.03,
        ["saturated"] = l => l > 0 ? 0.8 : 0.3,
        ["linear"] = l => 0.1 + (0.5 * l / 2048),
        ["decreasing"] = l => 0.3 + (0.4 * Math.Exp(-l / 200)),
        ["decreasing line"] = l => 0.7 - (0.4 * l / 2048),
        ["all zero"] = _ => 0,
        ["all one"] = _ => 1,
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Fit_DataWithoutARate_IsNeverIdentified(string shape)
    {
        var verdicts = new int[4];
        for (int i = 0; i < 150; i++)
        {
            var random = new Xoshiro256StarStar(1000 + i, false);
            List<AccuracyObservation> answers = SyntheticTraces.Draw(Probabilities[shape], Budgets, 250, 3, 0.5, random);
            AccuracyFit clustered = AccuracyFitter.Fit(answers);
            AccuracyFit counts = AccuracyFitter.Fit(
                Counts(Probabilities[shape], Budgets, 750, random),
                i % 2 == 0 ? null : new AccuracyFitOptions { Method = FitMethod.WeightedLeastSquares });
            foreach (AccuracyFit fit in new[] { clustered, counts })
            {
                verdicts[(int)fit.Verdict]++;
                AssertHonest(fit);
                Assert.Equal(ParameterStatus.NotIdentifiable, fit.B.Status);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{shape}: {string.Join(" ", verdicts)}");
        Assert.Equal(0, verdicts[(int)Verdict.Identified] + verdicts[(int)Verdict.AtBound]);
        Assert.True(verdicts[(int)Verdict.LackOfFit] <= 12, $"{verdicts[(int)Verdict.LackOfFit]} of 300 called a lack of fit");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Fit_TooFewBudgets_IsNotIdentifiable(int budgets)
    {
        AccuracyCount[] counts = [.. new[] { new AccuracyCount(0, 750, 200), new AccuracyCount(512, 750, 500) }.Take(budgets)];

        AccuracyFit fit = AccuracyFitter.Fit(counts);

        Assert.Equal(Verdict.NotIdentifiable, fit.Verdict);
        AssertHonest(fit);
        Assert.Null(fit.Curve);
        Assert.Null(fit.LackOfFitPValue);
    }

    [Fact]
    public void Fit_AnyCounts_StaysFinite()
    {
        var random = new Xoshiro256StarStar(5, false);
        for (int i = 0; i < 2000; i++)
        {
            int[] budgets =
            [
                .. Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(0, 3) == 0 ? random.Next(0, 4) : random.Next(0, 20000))
                .Distinct(),
            ];
            AccuracyCount[] counts = [.. budgets.Select(b =>
            {
                int n = random.Next(0, 4) == 0 ? random.Next(0, 3) : random.Next(1, 500);
                return new AccuracyCount(b, n, random.Next(0, 3) switch { 0 => 0, 1 => n, _ => random.Next(0, n + 1) });
            })];
            AssertHonest(AccuracyFitter.Fit(counts, new AccuracyFitOptions { Method = (FitMethod)(i % 2) }));
        }
    }

    [Fact]
    public void Fit_FewClusters_StaysFinite()
    {
        var random = new Xoshiro256StarStar(6, false);
        for (int i = 0; i < 300; i++)
        {
            SyntheticTask task = SyntheticTask.All[i % 6];
            AssertHonest(AccuracyFitter.Fit(SyntheticTraces.Draw(task.Truth.At, task.Budgets, 1 + (i % 30), 1, 0.5, random)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Fit_FewerThanFiveProblems_IsNotIdentifiable(int problems)
    {
        SyntheticTask task = SyntheticTask.All.Single(t => t.Name == "bbh");

        AccuracyFit fit = AccuracyFitter.Fit(SyntheticTraces.Draw(
            task.Truth.At, task.Budgets, problems, 100, 0.5, new Xoshiro256StarStar(1, false)));

        Assert.NotEqual(Verdict.Identified, fit.Verdict);
        Assert.Equal(ParameterStatus.NotIdentifiable, fit.B.Status);
    }

    private static AccuracyCount[] Counts(Func<double, double> p, int[] budgets, int n, Xoshiro256StarStar random) =>
        [.. budgets.Select(b => new AccuracyCount(b, n, Enumerable.Range(0, n).Count(_ => random.NextDouble() < p(b))))];

    private static void AssertHonest(AccuracyFit fit)
    {
        foreach (ParameterEstimate e in new[] { fit.A, fit.B, fit.D })
        {
            Assert.True(double.IsFinite(e.Value), fit.ToString());
            Assert.Equal(e.Status == ParameterStatus.NotIdentifiable, e.Interval is null);
            Assert.Equal(e.Status == ParameterStatus.Identified, e.Reason is null);
            Assert.True(e.Status != ParameterStatus.NotIdentifiable || e.StandardError is null);
            Assert.True(e.StandardError is null || double.IsFinite(e.StandardError.Value), fit.ToString());
            if (e.Interval is { } interval)
            {
                Assert.True(double.IsFinite(interval.Low) && double.IsFinite(interval.High), fit.ToString());
                Assert.InRange(e.Value, interval.Low, interval.High);
            }
        }

        Assert.True(double.IsFinite(fit.Deviance));
        Assert.True(fit.LackOfFitPValue is null or (>= 0 and <= 1), fit.ToString());
        Assert.All(
            fit.Points, p => Assert.True(double.IsFinite(p.Fitted) && double.IsFinite(p.Residual) && double.IsFinite(p.StandardError)));
        Assert.All(fit.Rivals, r => Assert.True(double.IsFinite(r.Deviance) && double.IsFinite(r.Score)));
        if (fit.Curve is { } curve)
            Assert.True(curve.A > 0 && curve.B > 0 && curve.D >= 0 && curve.A + curve.D <= 1 + 1e-12, curve.ToString());
    }
}
