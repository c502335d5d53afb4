using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Fitting;

public sealed class ClusteredProportionTests
{
    /// <summary>Clusters of one observation each are independent: Wilson's interval, but for Student's quantile.</summary>
    [Fact]
    public void Interval_ClustersOfOne_IsWilsons()
    {
        Interval expected = new ClusteredProportion(4000, 1500, 1_000_000_000, 4000).Interval();

        Interval actual = ClusteredProportion.Of([.. Enumerable.Range(0, 4000).Select(i => (1, i < 1500 ? 1 : 0))]).Interval();

        Assert.Equal(expected.Low, actual.Low, 1e-4);
        Assert.Equal(expected.High, actual.High, 1e-4);
    }

    /// <summary>Identical runs are worth one.</summary>
    [Fact]
    public void Of_IdenticalRuns_CountsTheClusters()
    {
        ClusteredProportion share = ClusteredProportion.Of([.. Enumerable.Range(0, 50).Select(i => (3, i < 20 ? 3 : 0))]);

        Assert.Equal((150, 60, 50), (share.Count, share.Successes, share.Clusters));
        Assert.Equal(50, share.EffectiveCount, 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Interval_AllAlike_HasAWidthWithinZeroAndOne(int successes)
    {
        Interval interval = ClusteredProportion.Of([.. Enumerable.Repeat((3, successes), 40)]).Interval();

        Assert.InRange(interval.Low, 0, 1);
        Assert.InRange(interval.High, interval.Low, 1);
        Assert.InRange(interval.High - interval.Low, 0.05, 0.15);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.97)]
    public void Interval_ClusteredAnswers_CoversTheShare(double truth)
    {
        int covered = 0;
        for (int i = 0; i < 600; i++)
        {
            var random = new Xoshiro256StarStar(i + 1, false);
            AccuracyCell[] cells = SyntheticTraces.Nested(_ => truth, [0], 60, 3, 0.8, random);
            covered += ClusteredProportion.Of([.. cells.Select(cell => (cell.Answers, cell.Correct))]).Interval().Contains(truth) ? 1 : 0;
        }

        Assert.InRange(covered / 600.0, 0.92, 0.99);
    }

    [Fact]
    public void Of_NoObservations_Throws() => Assert.Throws<ArgumentException>(() => ClusteredProportion.Of([(0, 0)]));
}
