using Calibration.Harness;
using Calibration.Harness.Passes;
using Xunit;

namespace Calibration.Tests.Harness.Passes;

/// <summary>A pass says at its start and every minute how far it is, also while no row is finished.</summary>
public sealed class PassProgressTests
{
    [Fact]
    public async Task StartHeartbeat_NoRowFinished_ReportsNowAndEveryMinute()
    {
        var reports = new List<MeasuringProgress>();
        var clock = new HandClock();
        var pass = new PassProgress(("accuracy", 7500, 0), () => new EndpointTraffic(128, 128, 3, 200), new Reports(reports.Add), clock);
        await using (pass.StartHeartbeat())
        {
            Assert.Single(reports);
            clock.Tick();
            clock.Tick();
        }

        Assert.Equal(3, reports.Count);
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)), clock.Asked);
        Assert.Equal(new MeasuringProgress("accuracy", 0, 7500, 0, 0, new EndpointTraffic(128, 128, 3, 200)), reports[1]);
    }

    private sealed class Reports(Action<MeasuringProgress> report) : IProgress<MeasuringProgress>
    {
        public void Report(MeasuringProgress value) => report(value);
    }

    /// <summary>A clock whose timer goes off when a test says so.</summary>
    private sealed class HandClock : TimeProvider
    {
        internal (TimeSpan Due, TimeSpan Period) Asked { get; private set; }

        internal Action Tick { get; private set; } = () => { };

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Asked = (dueTime, period);
            Tick = () => callback(state);
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
