using Calibration.Fitting;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Fitting;

/// <summary>The long study of benchmarks (`coverage`), cut to 150 experiments a task and the tolerance that goes with it.</summary>
public sealed class CoverageTests
{
    private const int Experiments = 150;

    [Theory]
    [InlineData(0.0, FitMethod.MaximumLikelihood)]
    [InlineData(0.5, FitMethod.MaximumLikelihood)]
    [InlineData(0.5, FitMethod.WeightedLeastSquares)]
    [InlineData(0.8, FitMethod.MaximumLikelihood)]
    public void Fit_TableOneWithCorrelatedTraces_CoversTheTruth(double correlation, FitMethod method)
    {
        var options = new AccuracyFitOptions { Method = method, CompareRivals = false };
        (int inside, int insideHeld, int onBound, int onBoundHeld, int rejected, int unknown) = (0, 0, 0, 0, 0, 0);
        foreach (SyntheticTask task in SyntheticTask.All)
        {
            for (int i = 0; i < Experiments; i++)
            {
                AccuracyFit fit = AccuracyFitter.Fit(
                    SyntheticTraces.Draw(task.Truth.At, task.Budgets, 250, 3, correlation, new Xoshiro256StarStar(i + 1, false)), options);
                Count(fit.A, task.Truth.A, task.Truth.A + task.Truth.D >= 1);
                Count(fit.B, task.Truth.B, false);
                Count(fit.D, task.Truth.D, task.Truth.D == 0 || task.Truth.A + task.Truth.D >= 1);
                rejected += fit.Verdict == Verdict.LackOfFit ? 1 : 0;
                unknown += fit.Verdict == Verdict.NotIdentifiable ? 1 : 0;
            }
        }

        // 95 % less and more four standard deviations of the dependent trials, at most.
        Assert.InRange((double)insideHeld / inside, 0.93, 0.97);
        Assert.InRange((double)onBoundHeld / onBound, 0.93, 1);
        Assert.InRange(rejected, 0, 6 * Experiments / 40);
        Assert.InRange(unknown, 0, 6 * Experiments / 100);

        void Count(ParameterEstimate estimate, double truth, bool bound)
        {
            if (estimate.Interval is null)
                return;
            int held = estimate.Interval.Contains(truth) ? 1 : 0;
            if (bound)
                (onBound, onBoundHeld) = (onBound + 1, onBoundHeld + held);
            else
                (inside, insideHeld) = (inside + 1, insideHeld + held);
        }
    }

    [Fact]
    public void Fit_ServiceTimesOfTenTraces_CoverTheTruth()
    {
        var truth = new ServiceTimeLine(0.1459, 0.0141);
        (int t0, int c) = (0, 0);
        const int count = 200;
        for (int i = 0; i < count; i++)
        {
            ServiceTimeFit fit = ServiceTimeFitter.Fit(SyntheticServices.Draw(
                truth, i % 2 == 0 ? 2048 : 16384, 10, 0.012, 0.005, 0.003, new Xoshiro256StarStar(i + 1, false)));
            t0 += fit.T0Seconds.Interval!.Contains(truth.T0Seconds) ? 1 : 0;
            c += fit.SecondsPerToken.Interval!.Contains(truth.SecondsPerToken) ? 1 : 0;
        }

        Assert.InRange(t0, 178, 200);
        Assert.InRange(c, 178, 200);
    }
}
