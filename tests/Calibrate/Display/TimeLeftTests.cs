using Calibration.Calibrate.Display;
using Xunit;

namespace Calibration.Tests.Calibrate.Display;

/// <summary>The time that a pass still takes is a range that holds it.</summary>
public sealed class TimeLeftTests
{
    [Fact]
    public void Of_SteadyRate_IsTheTimeGiveOrTakeATenth()
    {
        (TimeSpan low, TimeSpan high) = TimeLeft.Of(Seen(second => 10L * second), 3000)!.Value;
        Assert.Equal(200 / 1.1, low.TotalSeconds, 1e-6);
        Assert.Equal(200 / 0.9, high.TotalSeconds, 1e-6);
    }

    /// <summary>The first half is forgotten: a server that has warmed up is faster than it was.</summary>
    [Fact]
    public void Of_RateThatRose_GoesByTheLaterHalf()
    {
        (double, long Done)[] seen = Seen(second => second < 50 ? second : 50L + (10 * (second - 50)));
        (TimeSpan low, TimeSpan high) = TimeLeft.Of(seen, seen[^1].Done + 1000)!.Value;
        Assert.InRange(100, low.TotalSeconds, high.TotalSeconds);
    }

    [Fact]
    public void Of_UnevenRate_IsAWiderRange()
    {
        (double, long)[] seen = Seen(second => 100L * (second / 10));
        (TimeSpan low, TimeSpan high) = TimeLeft.Of(seen, 2000)!.Value;
        Assert.InRange(100, low.TotalSeconds, high.TotalSeconds);
        Assert.True(high / low > 1.3);
    }

    [Fact]
    public void Of_TooLittleSeenOrNothingLeft_SaysNothing()
    {
        Assert.Null(TimeLeft.Of([(0, 0), (1, 100)], 1000));
        Assert.Null(TimeLeft.Of(Seen(second => second / 10L), 3000));
        Assert.Null(TimeLeft.Of(Seen(second => 10L * second), 1000));
        Assert.Null(TimeLeft.Of(Seen(second => second < 40 ? second : 40L), 1000));
    }

    /// <summary>A second after the other, 0 to 100.</summary>
    private static (double Seconds, long Done)[] Seen(Func<int, long> done) =>
        [.. Enumerable.Range(0, 101).Select(second => ((double)second, done(second)))];
}
