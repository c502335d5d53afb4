using Calibration.Fitting;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Fitting;

public sealed class ServiceTimeFitterTests
{
    private static readonly ServiceTimeLine Truth = new(0.138, 0.012);

    private static readonly int[] Grid = [0, 64, 128, 256, 512, 1024, 2048, 4096];

    [Fact]
    public void Fit_TimesWithoutNoise_RecoversTheLine()
    {
        ServiceTimeFit fit = ServiceTimeFitter.Fit(
        [
            .. Grid.SelectMany(b => Enumerable.Range(0, 4).Select(t => new ServiceObservation("t" + t, b, Truth.At(b)))),
        ]);

        Assert.Equal(Verdict.Identified, fit.Verdict);
        Assert.Equal(1, fit.T0Seconds.Value / Truth.T0Seconds, 1e-9);
        Assert.Equal(1, fit.SecondsPerToken.Value / Truth.SecondsPerToken, 1e-9);
        Assert.True(fit.Clustered);
        Assert.DoesNotContain(fit.Points, p => p.Outlier);
        Assert.InRange(fit.WithinBudgetVariance!.Value, 0, 1e-20);
    }

    [Fact]
    public void Fit_OneSlowRequest_IsFlaggedAndKept()
    {
        List<ServiceObservation> times = SyntheticServices.Draw(Truth, 4096, 10, 0.01, 0.005, 0.003, new Xoshiro256StarStar(3, false));
        ServiceTimeFit clean = ServiceTimeFitter.Fit(times);
        times[17] = times[17] with { Seconds = times[17].Seconds * 2 };

        ServiceTimeFit fit = ServiceTimeFitter.Fit(times);

        Assert.Equal([17], Enumerable.Range(0, times.Count).Where(i => fit.Points[i].Outlier));
        Assert.NotEqual(clean.SecondsPerToken.Value, fit.SecondsPerToken.Value);
    }

    [Fact]
    public void Fit_NoiseOfTwoKinds_IsToldApart()
    {
        ServiceTimeFit fit = ServiceTimeFitter.Fit(SyntheticServices.Draw(
            Truth, 16384, 60, 0, 0.02, 0.005, new Xoshiro256StarStar(4, false)));

        Assert.InRange(fit.RelativeNoise, 0.015, 0.025);
        Assert.InRange(fit.AbsoluteNoiseSeconds, 0.002, 0.01);
        Assert.InRange(fit.VarianceAt(4096), 0.6, 1.5);
        Assert.True(fit.RSquared > 0.99);
    }

    [Fact]
    public void Fit_QuadraticTimes_IsLackOfFit()
    {
        var random = new Xoshiro256StarStar(5, false);
        ServiceTimeFit fit = ServiceTimeFitter.Fit(
            [.. SyntheticServices.Draw(Truth, 4096, 10, 0.01, 0.005, 0.003, random).Select(o =>
                o with { Seconds = o.Seconds * (1 + (o.Tokens / 4096)) })]);

        Assert.Equal(Verdict.LackOfFit, fit.Verdict);
        Assert.True(fit.CurvaturePValue < 0.01);
        Assert.NotNull(fit.Line);
    }

    [Fact]
    public void Fit_NegativeOrigin_IsHeldAtZero()
    {
        ServiceTimeFit fit = ServiceTimeFitter.Fit(
            [.. Enumerable.Range(0, 6).SelectMany(t =>
                Grid.Where(b => b > 0).Select(b => new ServiceObservation("t" + t, b, (0.012 * b * (1 + (0.01 * Math.Sin(t + b))))
                    - 0.05)))]);

        Assert.Equal(ParameterStatus.AtBound, fit.T0Seconds.Status);
        Assert.Equal(0, fit.T0Seconds.Value);
        Assert.Null(fit.T0Seconds.StandardError);
        Assert.Equal(0, fit.T0Seconds.Interval!.Low);
        Assert.True(fit.Verdict is Verdict.AtBound or Verdict.LackOfFit);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Fit_TooFewTimes_IsNotIdentifiable(int count)
    {
        ServiceTimeFit fit = ServiceTimeFitter.Fit([.. Enumerable.Range(0, count).Select(i => new ServiceObservation("t", 100 * i, 1
            + i))]);

        Assert.Equal(Verdict.NotIdentifiable, fit.Verdict);
        Assert.Null(fit.SecondsPerToken.Interval);
        Assert.True(double.IsFinite(fit.WithinBudgetVariance!.Value));
    }

    [Fact]
    public void Fit_OneBudgetOrFallingTimes_IsNotIdentifiable()
    {
        ServiceObservation[] one = [.. Enumerable.Range(0, 8).Select(i => new ServiceObservation("t" + i, 64, 1 + (0.01 * i)))];
        ServiceObservation[] falling = [.. Grid.Select((b, i) => new ServiceObservation("t" + i, b, 10 - (0.001 * b)))];

        Assert.Equal(Verdict.NotIdentifiable, ServiceTimeFitter.Fit(one).Verdict);
        Assert.Equal(Verdict.NotIdentifiable, ServiceTimeFitter.Fit(falling).Verdict);
        Assert.Null(ServiceTimeFitter.Fit(falling).Line);
    }

    [Fact]
    public void Fit_AnyTimes_StaysFinite()
    {
        var random = new Xoshiro256StarStar(8, false);
        for (int i = 0; i < 400; i++)
        {
            ServiceObservation[] times =
            [
                .. Enumerable.Range(0, random.Next(0, 15)).Select(_ => new ServiceObservation(
                    "t" + random.Next(0, 5), random.Next(0, 4) * random.Next(0, 300), random.Next(0, 5) == 0
                        ? 0
                        : random.NextDouble() * Math.Pow(10, random.Next(-3, 3)))),
            ];
            ServiceTimeFit fit = ServiceTimeFitter.Fit(times);
            foreach (ParameterEstimate e in new[] { fit.T0Seconds, fit.SecondsPerToken })
            {
                Assert.True(double.IsFinite(e.Value), fit.ToString());
                Assert.Equal(e.Status == ParameterStatus.NotIdentifiable, e.Interval is null);
                Assert.True(e.Interval is null || (double.IsFinite(e.Interval.Low) && double.IsFinite(e.Interval.High)), fit.ToString());
                Assert.True(e.StandardError is null || double.IsFinite(e.StandardError.Value));
            }

            Assert.True(
                double.IsFinite(fit.WithinBudgetVariance ?? 0) && double.IsFinite(fit.RelativeNoise)
                    && double.IsFinite(fit.AbsoluteNoiseSeconds));
            Assert.True(fit.CurvaturePValue is null or (>= 0 and <= 1), fit.ToString());
            Assert.True(fit.RSquared is null or <= 1, fit.ToString());
        }
    }

    [Fact]
    public void Fit_ImpossibleMeasurement_Throws() =>
        Assert.Throws<ArgumentException>(() => ServiceTimeFitter.Fit([new ServiceObservation("t", 1, double.NaN)]));

    /// <summary>Under a cap token counts are equal only by chance: one pair of times is no estimate of a variance.</summary>
    [Fact]
    public void Fit_OnePairOfEqualTokenCounts_LeavesTheVarianceUnknown()
    {
        double[] tokens = [10, 24, 31, 31, 47, 60];
        ServiceTimeFit fit = ServiceTimeFitter.Fit(
        [
            .. tokens.Select((count, i) => new ServiceObservation($"t{i}", count, 0.1 + (0.01 * count) + (0.001 * (i % 3)))),
        ]);
        Assert.Null(fit.WithinBudgetVariance);
        Assert.Contains("variance at a given budget is unknown", fit.Explanation, StringComparison.Ordinal);
    }
}
