using Calibration.Fitting;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Fitting;

/// <summary>Service times that are not quite as the model has them; `service-coverage honest` in benchmarks is the long form.</summary>
public sealed class HonestServiceTests
{
    private static readonly ServiceTimeLine Truth = new(0.138, 0.012);

    [Fact]
    public void Fit_OneStalledRequest_IsNamedWithItsEffect()
    {
        List<ServiceObservation> times = Draw(3, 0.01);
        int at = times.FindIndex(o => o.Tokens == 256);
        times[at] = times[at] with { Seconds = times[at].Seconds + 10 };

        ServiceTimeFit fit = ServiceTimeFitter.Fit(times);

        ServiceInfluence influence = Assert.Single(fit.Influences);
        Assert.Equal((times[at].Cluster, 256, times[at].Seconds), (influence.Trace, influence.Tokens!.Value, influence.Seconds!.Value));
        Assert.Equal(fit.SecondsPerToken.Value, influence.SecondsPerTokenWithout + influence.SlopeShift, 1e-12);
        Assert.InRange(influence.SecondsPerTokenWithout, 0.0118, 0.0122);
        Assert.Contains(influence.Sentence, fit.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_OneSlowTrace_IsNamedAsAWhole()
    {
        List<ServiceObservation> times = [.. Draw(4, 0.005).Select(o => o.Cluster == "t2" ? o with { Seconds = o.Seconds * 1.5 } : o)];

        ServiceTimeFit fit = ServiceTimeFitter.Fit(times);

        ServiceInfluence influence = Assert.Single(fit.Influences);
        Assert.Equal(("t2", null), (influence.Trace, influence.Tokens));
        Assert.StartsWith("Trace t2 moves c by +", influence.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_OrdinaryTimes_NameNobody() =>
        Assert.InRange(Enumerable.Range(0, 30).Sum(i => ServiceTimeFitter.Fit(Draw(i, 0.01)).Influences.Count), 0, 2);

    /// <summary>The slope without thinking of times that are 5 % higher at the largest budget; 95 % less three standard errors.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fit_SlightlyConvexTimes_CoverTheSlopeAndTheOrigin(bool traces)
    {
        ServiceTimeFit[] fits =
        [
            .. Enumerable.Range(0, 80).Select(seed => ServiceTimeFitter.Fit(
            [
                .. Draw(seed, traces ? 0.01 : 0).Select((o, i) => o with
                {
                    Cluster = traces ? o.Cluster : $"{i}",
                    Seconds = o.Seconds + (Truth.SecondsPerToken * o.Tokens * 0.05 * o.Tokens / 4096),
                }),
            ])).Where(fit => fit.SecondsPerToken.Interval is not null),
        ];

        Assert.InRange(fits.Average(fit => fit.SecondsPerToken.Interval!.Contains(Truth.SecondsPerToken) ? 1 : 0.0), 0.88, 1);
        Assert.InRange(fits.Average(fit => fit.T0Seconds.Interval!.Contains(Truth.T0Seconds) ? 1 : 0.0), 0.86, 1);
    }

    [Fact]
    public void Fit_SkewedOverheads_AreSaid()
    {
        List<ServiceObservation> times = Draw(5, 0.005);
        Dictionary<string, double> extra = times.Select(o => o.Cluster).Distinct().Select((trace, i) => (trace, i)).ToDictionary(
            p => p.trace, p => 0.02 * Math.Exp(0.45 * p.i));

        ServiceTimeFit fit = ServiceTimeFitter.Fit([.. times.Select(o => o with { Seconds = o.Seconds + extra[o.Cluster] })]);

        Assert.InRange(fit.OverheadSkewness!.Value, 1, 5);
        Assert.Contains("The overheads of the traces are skewed", fit.Explanation, StringComparison.Ordinal);
    }

    private static List<ServiceObservation> Draw(int seed, double traceNoise) =>
        SyntheticServices.Draw(Truth, 4096, 10, traceNoise, 0.01, 0.003, new Xoshiro256StarStar(seed + 1, false));
}
