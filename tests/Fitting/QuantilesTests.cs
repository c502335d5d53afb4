using Calibration.Fitting.Statistics;
using MathNet.Numerics.Distributions;
using Xunit;

namespace Calibration.Tests.Fitting;

public sealed class QuantilesTests
{
    [Theory]
    [InlineData(0.95, 1, 12.706204736)]
    [InlineData(0.95, 9, 2.262157163)]
    [InlineData(0.9999, 1, 6366.1976713)]
    [InlineData(0.95, 249, 1.969536868)]
    [InlineData(0.95, double.PositiveInfinity, 1.959963985)]
    public void TwoSided_TabulatedValues_Agree(double level, double freedom, double expected) =>
        Assert.Equal(1, Quantiles.TwoSided(level, freedom) / expected, 1e-8);

    [Theory]
    [InlineData(59.999)]
    [InlineData(60)]
    [InlineData(400)]
    public void TwoSided_Series_MeetsTheExactQuantile(double freedom)
    {
        double quantile = Quantiles.TwoSided(0.99, freedom);

        Assert.Equal(0.005, StudentT.CDF(0, 1, freedom, -quantile), 1e-8);
    }

    [Fact]
    public void HotellingTail_OneRestriction_IsStudents() =>
        Assert.Equal(2 * StudentT.CDF(0, 1, 95, -2.5), Quantiles.HotellingTail(2.5 * 2.5, 1, 96), 1e-12);
}
