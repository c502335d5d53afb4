using System.Globalization;
using Calibration.Fitting;
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

    [Fact]
    public void Fit_RealCurveThatIsNotExponential_IsRejected()
    {
        AccuracyObservation[] answers =
        [
            .. File.ReadLines(SharedFiles.Path("answers/curve-gsm8k.csv")).Skip(1).Select(l => l.Split(','))
                .Select(f => new AccuracyObservation(f[1], int.Parse(f[2], CultureInfo.InvariantCulture), int.Parse(f[3], CultureInfo.InvariantCulture), f[4] == "1")),
        ];

        AccuracyFit fit = AccuracyFitter.Fit(answers);

        TestContext.Current.TestOutputHelper?.WriteLine($"p = {fit.LackOfFitPValue}; {fit}");
        Assert.Equal(Verdict.LackOfFit, fit.Verdict);
        Assert.InRange(fit.LackOfFitPValue!.Value, 1e-6, 0.001);
        Assert.Equal("logistic in log ℓ", fit.Rivals[0].Shape);
    }
}
