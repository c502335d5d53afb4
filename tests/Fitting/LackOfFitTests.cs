using System.Globalization;
using System.IO.Compression;
using Calibration.Fitting;
using Calibration.Fitting.Answers;
using Calibration.Fitting.Distances;
using Calibration.Fitting.Statistics;
using MathNet.Numerics.Random;
using Xunit;

namespace Calibration.Tests.Fitting;

/// <summary>
/// The long study of benchmarks (`lack-of-fit-size`) in a reduced form: the test holds its size of 1 % and sees other shapes.
/// </summary>
public sealed class LackOfFitTests
{
    private static readonly AccuracyFitOptions Options = new() { CompareRivals = false };

    private static readonly SyntheticTask Gsm8k = SyntheticTask.All.Single(task => task.Name == "gsm8k");

    // With a true size of 1 %, 10 or more of 300 sets have a probability of 0.1 %.
    [Theory]
    [InlineData(60, 3, 0.6)]
    [InlineData(60, 3, 1.0)]
    [InlineData(100, 2, 0.9)]
    public void Fit_NestedAnswersOfATrueExponential_AreSeldomRejected(int problems, int runs, double share) =>
        Assert.InRange(Rejected(300, random => SyntheticTraces.Nested(Gsm8k.Truth.At, Gsm8k.Budgets, problems, runs, share, random)), 0, 9);

    [Fact]
    public void Fit_AnswersThatGoBackOnATrueExponential_AreSeldomRejected() =>
        Assert.InRange(Rejected(200, random => SyntheticTraces.Walk(Gsm8k.Truth.At, Gsm8k.Budgets, 60, 3, random)), 0, 8);

    /// <summary>Power of about 75, 73 and 60 % in 1,000 sets; three standard errors of 100 sets below.</summary>
    [Fact]
    public void Fit_AnswersOfAnotherShape_AreOftenRejected()
    {
        var toOne = new HillAccuracy(0.723, 256, 2, 0.277);
        var below = new HillAccuracy(0.70, 256, 2, 0.15);

        Assert.InRange(Rejected(100, random => SyntheticTraces.Nested(toOne.At, Gsm8k.Budgets, 100, 2, 0.6, random)), 60, 100);
        Assert.InRange(Rejected(100, random => SyntheticTraces.Nested(below.At, Gsm8k.Budgets, 100, 2, 0.6, random)), 58, 100);
        Assert.InRange(Rejected(100, random => SyntheticTraces.Walk(below.At, Gsm8k.Budgets, 100, 2, random)), 42, 100);
    }

    /// <summary>Twenty sets of a true exponential whose three runs are identical; six of them were once rejected.</summary>
    [Fact]
    public void Fit_IdenticalRunsOfATrueExponential_AreNotRejected()
    {
        using var file = new StreamReader(new GZipStream(
            File.OpenRead(SharedFiles.Path("cases/lack-of-fit-null-60x3-runs-identical.csv.gz")), CompressionMode.Decompress));
        ILookup<string, AccuracyObservation> sets = file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Trim().Split(','))
            .ToLookup(f => f[0], f => new AccuracyObservation(f[1], Number(f[2]), Number(f[3]), f[4] == "1"));

        Assert.Equal(20, sets.Count);
        Assert.All(sets, set => Assert.NotEqual(Verdict.LackOfFit, AccuracyFitter.Fit([.. set], Options).Verdict));
    }

    [Fact]
    public void Fit_RejectedCurve_GivesNoIntervals()
    {
        AccuracyFit fit = AccuracyFitter.Fit(
            SyntheticTraces.Nested(new HillAccuracy(0.9, 220, 3, 0.05).At, Gsm8k.Budgets, 250, 3, 0.6, new Xoshiro256StarStar(1, false)),
                Options);

        Assert.Equal(Verdict.LackOfFit, fit.Verdict);
        Assert.NotNull(fit.Curve);
        Assert.All(new[] { fit.A, fit.B, fit.D }, estimate => Assert.Equal((null, null), (estimate.Interval, estimate.StandardError)));
        Assert.StartsWith("The data reject the exponential (p < 0.001)", fit.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void ReversalShare_CountsChangesFromRightToWrong()
    {
        AccuracyCell[] cells =
        [
            new("p", 0, 1, 0), new("p", 1, 1, 1), new("p", 2, 1, 0), new("q", 0, 1, 0), new("q", 1, 1, 0), new("q", 2, 1, 1),
        ];

        Assert.Equal(1.0 / 3, NeighbourDifferences.ReversalShare(AccuracyTable.From(cells)), 1e-12);
        Assert.Equal(0, NeighbourDifferences.ReversalShare(AccuracyTable.From(cells[3..])));
    }

    /// <summary>
    /// With clustered and multinomial covariances equal, the test is Pearson's: F with as many degrees of freedom as differences are
    /// left.
    /// </summary>
    [Fact]
    public void Tail_CovarianceOfAMultinomial_IsPearsons()
    {
        double[] fitted = [0.2, 0.5, 0.7];
        AccuracyTable table = AccuracyTable.From(
            [.. Enumerable.Range(0, 100).SelectMany(i =>
                new[]
                {
                    new AccuracyCell($"p{i}", 0, 1, i < 20 ? 1 : 0),
                    new($"p{i}", 1, 1, i < 50 ? 1 : 0),
                    new($"p{i}", 2, 1, i < 70 ? 1 : 0),
                })]);
        SquareMatrix covariance = NeighbourDifferences.Covariance(table);

        double p = new RaoScott(table, fitted, covariance).Tail(8, [[1, 1, 1]]);

        // Two differences left: with G → ∞, e^(−8/2) and the factor G/(G − 1) of the covariance.
        Assert.Equal(1 - MathNet.Numerics.Distributions.FisherSnedecor.CDF(2, 198, 8 / 2.0 * 99 / 100), p, 1e-6);
    }

    private static int Rejected(int sets, Func<Xoshiro256StarStar, AccuracyCell[]> draw) =>
        Enumerable.Range(0, sets).Count(i =>
            AccuracyFitter.Fit(draw(new Xoshiro256StarStar((i * 6011) + 99, false)), Options).LackOfFitPValue < 0.01);

    private static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);
}
