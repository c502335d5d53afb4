using Calibration.Fitting;
using Xunit;

namespace Calibration.Tests.Fitting;

/// <summary>
/// Interpolation against slopes that were worked out by hand as fractions, from Fritsch and Butland's formulas as SciPy's PchipInterpolator
/// states them, and against values by de Casteljau's scheme on the cubic's Bézier points, which is another way to evaluate it.
/// </summary>
public sealed class InterpolatedAccuracyTests
{
    /// <summary>Places x = log(1 + ℓ), accuracies there, and the slopes dp/dx.</summary>
    public static TheoryData<string, double[], double[], double[]> Examples => new()
    {
        // Chords 0.1, 0.2, −0.1; widths 1, 2, 1. Inside: (5 + 4)/(5/0.1 + 4/0.2) = 9/70, then 0 where the chords change their sign.
        // Ends: (4·0.1 − 1·0.2)/3 = 1/15 and (4·(−0.1) − 1·0.2)/3 = −0.2, which is less than three chords.
        { "a peak", [0, 1, 3, 4], [0, 0.1, 0.5, 0.4], [1 / 15.0, 9 / 70.0, 0, -0.2] },

        // Chords 0.01 and 0.49: the left end's (3·0.01 − 0.49)/2 = −0.23 has the wrong sign; the right end's is (3·0.49 − 0.01)/2 = 0.73.
        { "an end against its chord", [0, 1, 2], [0, 0.01, 0.5], [0, 6 / ((3 / 0.01) + (3 / 0.49)), 0.73] },

        // Chords 0.1 and −0.9: the left end's (3·0.1 + 0.9)/2 = 0.6 is cut to three chords, 0.3; the right end's is (−2.7 − 0.1)/2 = −1.4.
        { "an end that is too steep", [0, 1, 2], [0.8, 0.9, 0], [0.3, 0, -1.4] },

        // A flat chord: both of its ends are flat, and so is the end at its own side.
        { "a flat piece", [0, 2, 3], [0.4, 0.4, 0.7], [0, 0, ((2 * 1) + 2) * 0.3 / 3] },

        // Two points: the chord.
        { "two points", [1, 3], [0.2, 0.8], [0.3, 0.3] },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Slopes_WorkedExamples_AreFritschAndButlands(string name, double[] x, double[] accuracy, double[] slopes)
    {
        InterpolatedAccuracy shape = Shape(x, accuracy);

        for (int i = 0; i < x.Length; i++)
        {
            double tokens = Math.Exp(x[i]) - 1, inX = shape.SlopeAt(tokens) * (1 + tokens);
            Assert.True(Math.Abs(slopes[i] - inX) < 1e-12, $"{name}: {inX:R} at point {i}");
            Assert.Equal(accuracy[i], shape.At(tokens), 1e-14);
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void At_WorkedExamples_IsTheCubicOfItsBezierPoints(string name, double[] x, double[] accuracy, double[] slopes)
    {
        InterpolatedAccuracy shape = Shape(x, accuracy);

        for (int i = 0; i + 1 < x.Length; i++)
        {
            double third = (x[i + 1] - x[i]) / 3;
            foreach (double t in new[] { 0.1, 0.25, 0.5, 0.8, 0.95 })
            {
                double left = accuracy[i] + (third * slopes[i]), right = accuracy[i + 1] - (third * slopes[i + 1]);
                double value = Casteljau([accuracy[i], left, right, accuracy[i + 1]], t);
                double at = shape.At(Math.Exp(x[i] + (3 * third * t)) - 1);
                Assert.True(Math.Abs(value - at) < 1e-12, $"{name}: {at:R} is not {value:R}");
            }
        }
    }

    [Fact]
    public void At_RisingAccuracy_NeverFallsBetweenThePoints()
    {
        InterpolatedAccuracy shape = Shape([0, 1, 2, 5, 5.5, 8], [0.1, 0.1, 0.15, 0.8, 0.81, 0.95]);
        double[] values = [.. Enumerable.Range(0, 4_001).Select(i => shape.At(Math.Min(Math.Exp(i / 500.0) - 1, shape.LargestBudget)))];
        Assert.All(values.Zip(values.Skip(1)), pair => Assert.True(pair.Second >= pair.First - 1e-15));
    }

    private static InterpolatedAccuracy Shape(double[] x, double[] accuracy) =>
        new([.. x.Select((place, i) => new BudgetAccuracy(Math.Exp(place) - 1, accuracy[i]))]);

    private static double Casteljau(double[] points, double t) => points.Length == 1
        ? points[0]
        : Casteljau([.. points.Zip(points.Skip(1)).Select(pair => ((1 - t) * pair.First) + (t * pair.Second))], t);
}
