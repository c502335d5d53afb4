using Calibration.Harness.Forcing;
using Xunit;

namespace Calibration.Tests.Harness.Forcing;

/// <summary>Which times of a stream's tokens may be those of their generation.</summary>
public sealed class TokenTimesTests
{
    private const double Gap = 0.012;

    /// <summary>A server that slows down as its context grows, by a fifth over the stream.</summary>
    private static readonly double[] Steady = [.. Enumerable.Range(0, 2000).Select(i => 0.1 + (0.010 * i) + (0.5e-6 * i * i))];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SuspicionAt_SteadyStream_FindsNone(bool hasServerTimes)
    {
        var times = new TokenTimes([.. Steady]);
        Assert.All(new[] { 0, 7, 63, 255, 1023, 1999 }, position => Assert.Null(times.SuspicionAt(position, null, hasServerTimes)));
    }

    /// <summary>
    /// The client was stopped, and read afterwards what had come meanwhile, a little apart each: by 250 µs rules that was no burst.
    /// </summary>
    [Theory]
    [InlineData(0, 0.0001)]
    [InlineData(0, 0.0008)]
    [InlineData(5, 0.0008)]
    public void SuspicionAt_StalledClient_MarksWhatCameLate(int stalledAt, double apart)
    {
        double[] seconds = [.. Enumerable.Range(0, 257).Select(i => 0.1 + (Gap * i))];
        double resumed = seconds[stalledAt] + 1.5;
        for (int i = stalledAt; i < seconds.Length; i++)
            seconds[i] = Math.Max(seconds[i], resumed + (apart * (i - stalledAt)));
        var times = new TokenTimes([.. seconds]);
        Assert.NotNull(times.SuspicionAt(7, null, hasServerTimes: true));
        Assert.NotNull(times.SuspicionAt(7, null, hasServerTimes: false));

        // Where the server's own times judge, the last token is on time again.
        Assert.Null(times.SuspicionAt(256, null, hasServerTimes: true));
    }

    [Fact]
    public void SuspicionAt_ShortStreamInOnePiece_NeedsTheUsualGap()
    {
        var times = new TokenTimes([.. Enumerable.Range(0, 8).Select(i => 2.7 + (0.0003 * i))]);
        Assert.NotNull(times.SuspicionAt(7, Gap, hasServerTimes: false));
        Assert.NotNull(times.SuspicionAt(3, Gap, hasServerTimes: false));
        Assert.Null(times.SuspicionAt(7, 0.0003, hasServerTimes: false));
    }

    [Fact]
    public void SuspicionAt_GapWithoutServerTimes_MarksFromThereOn()
    {
        double[] seconds = [.. Enumerable.Range(0, 100).Select(i => 0.1 + (Gap * i) + (i >= 50 ? 0.3 : 0))];
        var times = new TokenTimes([.. seconds]);
        Assert.Null(times.SuspicionAt(49, null, hasServerTimes: false));
        Assert.Contains("No token arrived for 0.312 s", times.SuspicionAt(50, null, hasServerTimes: false), StringComparison.Ordinal);
        Assert.Null(times.SuspicionAt(50, null, hasServerTimes: true));
    }

    [Fact]
    public void TokensTogether_GatewayThatBuffers_CountsThem()
    {
        Assert.Equal(1, new TokenTimes([.. Steady]).TokensTogether);
        Assert.Equal(96, new TokenTimes([.. Enumerable.Range(0, 96).Select(i => 3 + (1e-5 * i))]).TokensTogether);
    }
}
