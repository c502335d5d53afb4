using Calibration.Fitting.Answers;
using Calibration.Fitting.Distances;
using Calibration.Fitting.Statistics;
using MathNet.Numerics.Distributions;

namespace Calibration.Fitting.Accuracy;

/// <summary>Why a curve's parameters cannot be learned.</summary>
internal enum WeaknessKind
{
    None,
    Flat,
    Decreasing,
    Linear,
    Saturated,
}

/// <summary>A weakness and its sentence.</summary>
/// <param name="Kind">The weakness; none: the rate is identified.</param>
/// <param name="Reason">Its sentence.</param>
/// <param name="Line">How strongly the straight line is rejected, in standard deviations.</param>
/// <param name="Threshold">How strongly it has to be rejected for a rate to be reported.</param>
internal readonly record struct Weakness(WeaknessKind Kind, string Reason, double Line = 0, double Threshold = 0);

/// <summary>
/// The rate is identified where the data reject, at the identification level and with their clustered covariance, each of
/// the shapes that know no rate: a flat line, a straight line (b → 0) and a step at the first positive budget (b → ∞).
/// </summary>
internal static class Identification
{
    /// <summary>Fewer problems say nothing about how much problems differ.</summary>
    private const int FewestProblems = 5;

    public static Weakness Judge(AccuracyTable table, MinimumDistance distance, double level)
    {
        if (table.Count < 3)
            return new Weakness(WeaknessKind.Flat,
                FormattableString.Invariant($"a curve's three parameters need three budgets, and {table.Count} can be used"));
        if (table.Correct.Sum() == 0)
            return new Weakness(WeaknessKind.Flat, "no answer was correct at any budget");
        if (table.Correct.Sum() >= table.Answers.Sum())
            return new Weakness(WeaknessKind.Flat, "every answer was correct at every budget");
        if (table.Problems is > 0 and < FewestProblems)
            return new Weakness(WeaknessKind.Flat,
                $"with fewer than {FewestProblems} problems, chance cannot be separated from difficulty");
        double freedom = table.Clusters > 0 ? table.Clusters - 1 : double.PositiveInfinity;
        double one = Math.Pow(Quantiles.TwoSided(1 - level, freedom), 2), two = ChiSquared.InvCDF(2, 1 - level);
        if (distance.Flat - distance.Closure < two)
            return new Weakness(WeaknessKind.Flat, "accuracy is flat over the budgets");
        if (distance.Rise < 0)
            return new Weakness(WeaknessKind.Decreasing, "accuracy decreases with the budget");
        if (distance.Line - distance.Closure < one)
            return new Weakness(WeaknessKind.Linear, "the data do not reject a straight line");
        if (distance.Step - distance.Closure < one)
            return new Weakness(WeaknessKind.Saturated, "accuracy is saturated before the first positive budget");
        return new Weakness(WeaknessKind.None, string.Empty, Math.Sqrt(distance.Line - distance.Closure), Math.Sqrt(one));
    }
}
