using Calibration.Fitting;
using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;
using Xunit;

namespace Calibration.Tests.Fitting;

public sealed class AccuracyBootstrapTests
{
    private static readonly SyntheticTask Task = SyntheticTask.All.Single(t => t.Name == "bbh");

    private static readonly AccuracyObservation[] Answers =
        [.. SyntheticTraces.Draw(Task.Truth.At, Task.Budgets, 250, 3, 0.5, new Xoshiro256StarStar(11, false))];

    [Fact]
    public void Run_AnyNumberOfThreads_GivesTheSameCurves()
    {
        AccuracyBootstrap bootstrap = AccuracyBootstrap.Of(Answers);

        Assert.Equal(bootstrap.Run(50, 3, 1), bootstrap.Run(50, 3, 2));
        Assert.NotEqual(bootstrap.Run(5, 3), bootstrap.Run(5, 4));
    }

    [Fact]
    public void Run_ClusteredAnswers_SpreadsAsTheStandardErrorsSay()
    {
        ExponentialAccuracy[] curves = AccuracyBootstrap.Of(Answers).Run(1000, 1, 2);
        AccuracyFit fit = AccuracyFitter.Fit(Answers);

        Assert.Equal(1, curves.Select(c => c.A).StandardDeviation() / fit.A.StandardError!.Value, 0.15);
        Assert.Equal(1, curves.Select(c => c.B).StandardDeviation() / fit.B.StandardError!.Value, 0.15);
        Assert.Equal(1, curves.Select(c => c.D).StandardDeviation() / fit.D.StandardError!.Value, 0.15);
    }

    [Fact]
    public void Run_IndependentCounts_SpreadsAsTheStandardErrorsSay()
    {
        AccuracyCount[] counts =
        [
            .. Answers.GroupBy(o => o.BudgetTokens).Select(g => new AccuracyCount(g.Key, g.Count(), g.Count(o => o.Correct))),
        ];
        ExponentialAccuracy[] curves = AccuracyBootstrap.Of(counts).Run(1000, 1, 2);
        AccuracyFit fit = AccuracyFitter.Fit(counts);

        Assert.False(fit.Clustered);
        Assert.Equal(1, curves.Select(c => c.A).StandardDeviation() / fit.A.StandardError!.Value, 0.15);
        Assert.Equal(1, curves.Select(c => c.B).StandardDeviation() / fit.B.StandardError!.Value, 0.15);
    }

    [Fact]
    public void Draw_EveryReplicate_KeepsToTheBounds()
    {
        AccuracyObservation[] few = [.. Answers.Where(o => string.CompareOrdinal(o.Problem, "p12") < 0)];
        Assert.All(AccuracyBootstrap.Of(few).Run(500, 9, 2), c =>
        {
            Assert.InRange(c.A, 0, 1);
            Assert.InRange(c.D, 0, 1);
            Assert.InRange(c.A + c.D, 0, 1 + 1e-12);
            Assert.True(c.B > 0 && double.IsFinite(c.B));
        });
    }
}
