using System.Globalization;
using Calibration.Fitting;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Fitting;

public sealed class AccuracyFitterTests
{
    public static TheoryData<string> Tasks => [.. SyntheticTask.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Fit_TableOneWithoutNoise_IsRecovered(string name)
    {
        SyntheticTask task = SyntheticTask.All.Single(t => t.Name == name);
        AccuracyProportion[] points = [.. task.Budgets.Select(b => new AccuracyProportion(b, 750, task.Truth.At(b)))];
        foreach (FitMethod method in Enum.GetValues<FitMethod>())
        {
            AccuracyFit fit = AccuracyFitter.Fit(points, new AccuracyFitOptions { Method = method });

            Assert.Equal(1, fit.A.Value / task.Truth.A, 1e-8);
            Assert.Equal(1, fit.B.Value / task.Truth.B, 1e-8);
            Assert.Equal(task.Truth.D, fit.D.Value, 1e-8);
            Assert.InRange(fit.Deviance, 0, 1e-9);
        }
    }

    /// <summary>Counting answers by problem and budget loses nothing, in whatever order the counts come.</summary>
    [Theory]
    [MemberData(nameof(Tasks))]
    public void Fit_CountsByProblem_EqualThoseOfTheAnswers(string name)
    {
        SyntheticTask task = SyntheticTask.All.Single(t => t.Name == name);
        List<AccuracyObservation> answers = SyntheticTraces.Draw(task.Truth.At, task.Budgets, 60, 3, 0.5, new Xoshiro256StarStar(7, false));
        AccuracyCell[] cells =
        [
            .. answers.GroupBy(answer => (answer.BudgetTokens, answer.Problem)).Reverse()
                .Select(cell =>
                    new AccuracyCell(cell.Key.Problem, cell.Key.BudgetTokens, cell.Count(), cell.Count(answer => answer.Correct))),
        ];

        AccuracyFit expected = AccuracyFitter.Fit(answers), actual = AccuracyFitter.Fit(cells);

        Assert.Equal(
            (expected.A, expected.B, expected.D, expected.Verdict, expected.LackOfFitPValue),
            (actual.A, actual.B, actual.D, actual.Verdict, actual.LackOfFitPValue));
        Assert.Equal(AccuracyBootstrap.Of(answers).Run(20, 3), AccuracyBootstrap.Of(cells).Run(20, 3));
        Assert.Throws<ArgumentException>(() => AccuracyFitter.Fit([new AccuracyCell("p", 0, 1, 2)]));
    }

    [Fact]
    public void Fit_RealCurveThatIsNotExponential_IsRejected()
    {
        AccuracyObservation[] answers =
        [
            .. File.ReadLines(SharedFiles.Path("answers/curve-gsm8k.csv")).Skip(1).Select(l => l.Split(','))
                .Select(f =>
                    new AccuracyObservation(
                        f[1], int.Parse(f[2], CultureInfo.InvariantCulture), int.Parse(f[3], CultureInfo.InvariantCulture), f[4] == "1")),
        ];

        AccuracyFit fit = AccuracyFitter.Fit(answers);

        TestContext.Current.TestOutputHelper?.WriteLine($"p = {fit.LackOfFitPValue}; {fit}");
        Assert.Equal(Verdict.LackOfFit, fit.Verdict);
        Assert.InRange(fit.LackOfFitPValue!.Value, 1e-6, 0.001);
        Assert.Equal("logistic in log ℓ", fit.Rivals[0].Shape);
    }

    [Fact]
    public void Fit_ExponentialAnswers_PrefersTheExponential()
    {
        SyntheticTask task = SyntheticTask.All.Single(t => t.Name == "bbh");

        AccuracyFit fit = AccuracyFitter.Fit(SyntheticTraces.Draw(
            task.Truth.At, task.Budgets, 250, 3, 0.5, new Xoshiro256StarStar(1, false)));

        Assert.Equal(3, fit.Rivals.Count);
        Assert.Equal("exponential", fit.Rivals[0].Shape);
        Assert.Equal(fit.Deviance, fit.Rivals[0].Deviance);
        Assert.True(fit.Clustered);
        Assert.Equal(250, fit.Clusters);
    }

    [Fact]
    public void Fit_MissingTrials_StillCoversTheTruth()
    {
        SyntheticTask task = SyntheticTask.All.Single(t => t.Name == "gpqa");
        (int a, int b) = (0, 0);
        for (int i = 0; i < 100; i++)
        {
            var random = new Xoshiro256StarStar(40 + i, false);
            AccuracyFit fit = AccuracyFitter.Fit(
                [.. SyntheticTraces.Draw(task.Truth.At, task.Budgets, 250, 3, 0.5, random).Where(o =>
                    random.NextDouble() > o.BudgetTokens / 20000.0)]);
            a += fit.A.Interval?.Contains(task.Truth.A) ?? true ? 1 : 0;
            b += fit.B.Interval?.Contains(task.Truth.B) ?? true ? 1 : 0;
        }

        Assert.InRange(a, 87, 100);
        Assert.InRange(b, 87, 100);
    }

    [Fact]
    public void Fit_AnyOrderOfAnswers_GivesTheSameFit()
    {
        SyntheticTask task = SyntheticTask.All.Single(t => t.Name == "aime");
        List<AccuracyObservation> answers = SyntheticTraces.Draw(task.Truth.At, task.Budgets, 100, 2, 0.5, new Xoshiro256StarStar(2,
            false));

        AccuracyFit one = AccuracyFitter.Fit(answers), other = AccuracyFitter.Fit([.. answers.AsEnumerable().Reverse()]);

        Assert.Equal(one.A, other.A);
        Assert.Equal(one.B, other.B);
        Assert.Equal(one.D, other.D);
        Assert.Equal(one.LackOfFitPValue, other.LackOfFitPValue);
    }

    [Fact]
    public void Fit_ImpossibleCounts_Throws()
    {
        Assert.Throws<ArgumentException>(() => AccuracyFitter.Fit([new AccuracyCount(0, 10, 11)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => AccuracyFitter.Fit([new AccuracyCount(-1, 10, 1)]));
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Fit_BothMethods_AgreeWithinTheirErrors(string name)
    {
        SyntheticTask task = SyntheticTask.All.Single(t => t.Name == name);
        List<AccuracyObservation> answers = SyntheticTraces.Draw(task.Truth.At, task.Budgets, 250, 3, 0.5, new Xoshiro256StarStar(3,
            false));

        AccuracyFit likely = AccuracyFitter.Fit(answers);
        AccuracyFit least = AccuracyFitter.Fit(answers, new AccuracyFitOptions { Method = FitMethod.WeightedLeastSquares });

        Assert.Equal(FitMethod.WeightedLeastSquares, least.Method);
        Assert.InRange(Math.Abs(likely.B.Value - least.B.Value) / likely.B.StandardError!.Value, 0, 1);
        Assert.InRange(Math.Abs(likely.A.Value - least.A.Value) / likely.A.StandardError!.Value, 0, 1);
    }

    [Fact]
    public void Fit_Methods_DifferByTheirWeightsOnly()
    {
        // Budgets with few and with many answers: unweighted least squares gives the few as much say.
        AccuracyCount[] counts = [new(0, 1_000, 200), new(64, 20, 9), new(256, 1_000, 560), new(1_024, 1_000, 750), new(4_096, 1_000, 760)];
        AccuracyFit ml = AccuracyFitter.Fit(counts), wls = Of(FitMethod.WeightedLeastSquares), nls = Of(FitMethod.LeastSquares);
        Assert.Equal((true, true, true), (ml.Converged, wls.Converged, nls.Converged));
        Assert.Equal(nls.Curve!.A, ml.Unweighted!.A, 1e-9);
        Assert.Equal(nls.Curve.B, ml.Unweighted.B, 1e-9);

        // Each is a minimum of its own sum of squares.
        foreach (AccuracyFit other in (AccuracyFit[])[ml, wls])
            Assert.True(Squares(nls.Curve, _ => 1) < Squares(other.Curve!, _ => 1));
        foreach (double factor in (double[])[0.999, 1.001])
        {
            Assert.True(Squares(nls.Curve, _ => 1) < Squares(nls.Curve with { B = nls.Curve.B * factor }, _ => 1));
            Assert.True(Squares(nls.Curve, _ => 1) < Squares(nls.Curve with { D = nls.Curve.D * factor }, _ => 1));
        }

        AccuracyFit Of(FitMethod method) => AccuracyFitter.Fit(counts, new AccuracyFitOptions { Method = method });

        double Squares(ExponentialAccuracy curve, Func<AccuracyCount, double> weight) =>
            counts.Sum(count => weight(count) * Math.Pow(((double)count.Correct / count.Answers) - curve.At(count.BudgetTokens), 2));
    }
}
