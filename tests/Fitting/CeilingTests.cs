using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Fitting;

/// <summary>Intervals where the truth lies on A + D = 1 and the curve is not yet saturated at the largest budget.</summary>
public sealed class CeilingTests
{
    /// <summary>
    /// b times the largest budget is 2; `coverage near-one` in benchmarks is the long form. 95 % less three standard errors.
    /// </summary>
    [Fact]
    public void Fit_UnsaturatedCurveToOne_CoversTheTruth()
    {
        SyntheticTask grid = SyntheticTask.All.Single(task => task.Name == "gsm8k");
        var truth = new ExponentialAccuracy(0.723, 2.0 / grid.Largest, 0.277);
        AccuracyFit[] fits =
        [
            .. Enumerable.Range(0, 500).Select(i => AccuracyFitter.Fit(
                SyntheticTraces.Nested(truth.At, grid.Budgets, 100, 2, 0.6, new Xoshiro256StarStar((i * 7919) + 12345, false)),
                new AccuracyFitOptions { CompareRivals = false })),
        ];

        Assert.InRange(Coverage(fit => fit.A, truth.A), 0.915, 0.985);
        Assert.InRange(Coverage(fit => fit.B, truth.B), 0.915, 0.985);
        Assert.InRange(Coverage(fit => fit.D, truth.D), 0.915, 0.985);

        double Coverage(Func<AccuracyFit, ParameterEstimate> parameter, double value) =>
            fits.Select(fit => parameter(fit).Interval).OfType<Interval>().Average(interval => interval.Contains(value) ? 1 : 0.0);
    }

    /// <summary>Without correlation the ceiling does not matter: χ² with one degree of freedom, times the design effect.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    public void Height_Uncorrelated_IsChiSquaredOfOne(double designEffect)
    {
        double? height = CeilingLaw.Height(new CeilingLaw.Spread(4 * designEffect, 9, 0), new CeilingLaw.Spread(4, 9, 0), 0.95);

        Assert.Equal(3.8415 * designEffect, height!.Value, 0.01);
    }

    /// <summary>
    /// A parameter that moves with the ceiling alone: half of the time χ² with one and half of the time with two degrees of freedom at
    /// most.
    /// </summary>
    [Fact]
    public void Height_Correlated_LiesBetweenOneAndTwoDegreesOfFreedom()
    {
        double last = 3.84;
        foreach (double correlation in new[] { -0.3, -0.6, -0.9, -0.99 })
        {
            var spread = new CeilingLaw.Spread(1, 1, correlation);
            double height = CeilingLaw.Height(spread, spread, 0.95)!.Value;

            Assert.InRange(height, last - 1e-6, 5.99);
            last = height;
        }

        Assert.Null(CeilingLaw.Height(new CeilingLaw.Spread(1, 1, 1), new CeilingLaw.Spread(1, 1, 1), 0.95));
    }

    [Theory]
    [InlineData(30, 1.96, 0.001)]
    [InlineData(4.01, 3, 0.001)]
    public void Quantile_FarFromAndAtTheThreshold_IsTheNormalOneAndTheWidest(double z, double expected, double tolerance) =>
        Assert.Equal(expected, ReportedAbove.Quantile(z, 4, 0.95), tolerance);

    /// <summary>At the returned mean the conditional tail is half of what the level leaves.</summary>
    [Fact]
    public void Quantile_NearTheThreshold_HoldsTheConditionalTail()
    {
        double q = ReportedAbove.Quantile(5.5, 4, 0.95), mean = 5.5 - q;

        double tail = MathNet.Numerics.Distributions.Normal.CDF(0, 1, mean - 5.5) / MathNet.Numerics.Distributions.Normal.CDF(
            0, 1, mean - 4);

        Assert.InRange(q, 1.97, 2.9);
        Assert.Equal(0.025, tail, 1e-6);
    }
}
