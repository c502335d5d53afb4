using Calibration.Harness.Forecasting;
using Calibration.Harness.Transport;
using Xunit;

namespace Calibration.Tests.Harness.Forecasting;

/// <summary>The speed under load, of work whose time is known.</summary>
public sealed class ClosedLoopTests
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    /// <summary>All start and end together, so that counts of what has ended would be far off.</summary>
    [Fact]
    public async Task Run_WorkersInStep_CountsWhatIsInFlight()
    {
        var loop = new ClosedLoop(TimeProvider.System);
        LoopCounts counts = await loop.RunAsync(
            8,
            (_, cancelled) => loop.StepAsync("step", async () =>
            {
                await Task.Delay(400, cancelled);
                return 5;
            }, tokens => tokens),
            Cancelled);
        Assert.InRange(counts.RateOf("step"), 14, 20.5);
        Assert.Equal(5, counts.Of("step").MeanTokens);
    }

    [Fact]
    public async Task Run_WorkThatFails_EndsWithItsFault()
    {
        var loop = new ClosedLoop(TimeProvider.System);
        EndpointException fault = await Assert.ThrowsAsync<EndpointException>(() => loop.RunAsync(
            3, (round, _) => round == 5 ? throw new EndpointException("refused") : Task.Delay(10, Cancelled), Cancelled));
        Assert.Equal("refused", fault.Message);
    }
}
