using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using Xunit;

namespace Calibration.Tests.Fitting;

/// <summary>Shares and their changes, against published and hand-counted values.</summary>
public sealed class ProportionTests
{
    /// <summary>With so many clusters Student's quantile is the normal one, and the interval is Wilson's.</summary>
    private const int Independent = 1_000_000_000;

    /// <summary>Newcombe, Statistics in Medicine 17 (1998) 857, Table I, method 3.</summary>
    [Theory]
    [InlineData(263, 81, 0.2553, 0.3662)]
    [InlineData(148, 15, 0.0624, 0.1605)]
    [InlineData(20, 0, 0, 0.1611)]
    [InlineData(29, 1, 0.0061, 0.1718)]
    public void Wilson_PublishedExamples_Agrees(int count, int successes, double low, double high)
    {
        Interval interval = new ClusteredProportion(count, successes, Independent, count).Interval();
        Assert.Equal(low, interval.Low, 0.00005);
        Assert.Equal(high, interval.High, 0.00005);
    }

    [Fact]
    public void Wilson_YesAndNoSwapped_IsMirrored()
    {
        Interval some = new ClusteredProportion(40, 11, Independent, 40).Interval();
        Interval others = new ClusteredProportion(40, 29, Independent, 40).Interval();
        Assert.Equal(1 - some.High, others.Low, 1e-14);
        Assert.Equal(1 - some.Low, others.High, 1e-14);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(3, 3, 1)]
    [InlineData(0, 5, 2 * 1 / 32.0)]
    [InlineData(1, 9, 2 * 11 / 1024.0)]
    [InlineData(9, 1, 2 * 11 / 1024.0)]
    public void SignTest_CountedByHand_Agrees(int up, int down, double expected) => Assert.Equal(expected, SignTest.PValue(up, down),
    1e-14);

    [Fact]
    public void SignTest_SmallPValue_KeepsItsDigits() => Assert.Equal(1, SignTest.PValue(0, 200) / (2 * Math.Pow(2, -200)), 1e-9);
}
