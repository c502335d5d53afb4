using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Fitting.Statistics;

namespace Calibration.Analysis.Uncertainty;

/// <summary>
/// The pointwise 95 % band of a task's accuracy curve: complete problems are drawn with replacement, and the chosen shape is fitted again.
/// </summary>
internal static class AccuracyBand
{
    private const double Level = 0.95;
    private const int Replicates = 400;
    private const int Steps = 80;
    private const ulong Seed = 20_260_110_274;

    /// <summary>
    /// The band at budgets in equal steps of log(1 + ℓ), from the smallest to the largest that the shape describes; empty for measured
    /// points, which have no curve.
    /// </summary>
    internal static ImmutableArray<BandPoint> Of(IReadOnlyList<AccuracyCell> cells, ShapeChoice choice, FitMethod method)
    {
        if (choice.Shape is PointAccuracy || cells.Count == 0)
            return [];
        double low = choice.Shape is InterpolatedAccuracy interpolated ? interpolated.Points[0].BudgetTokens : 0;
        double high = Math.Min(cells.Max(cell => cell.BudgetTokens), choice.LargestBudget);
        double[] budgets = [.. Enumerable.Range(0, Steps + 1).Select(step => Between(low, high, step / (double)Steps))];
        AccuracyBootstrap.ShapeWorker worker = AccuracyBootstrap.Of(cells, method).CreateShapeWorker(choice.Kind);
        AccuracyShape[] curves =
        [
            .. Enumerable.Range(0, Replicates).Select(index => worker.Draw(Seed, index).Shape).Where(shape => shape is not PointAccuracy),
        ];
        return curves.Length < Replicates / 2 ? [] : [.. budgets.Select(budget => At(curves, budget))];
    }

    private static BandPoint At(AccuracyShape[] curves, double budget)
    {
        double[] values = Array.ConvertAll(curves, curve => ValueOf(curve, budget));
        Array.Sort(values);
        return new BandPoint(budget, Quantiles.OfSorted(values, (1 - Level) / 2), Quantiles.OfSorted(values, (1 + Level) / 2));
    }

    /// <summary>A replicate that describes fewer budgets keeps its value at the nearest of them.</summary>
    private static double ValueOf(AccuracyShape curve, double budget) => Math.Clamp(
        curve is InterpolatedAccuracy points
            ? points.At(Math.Clamp(budget, points.Points[0].BudgetTokens, points.LargestBudget))
            : curve.At(budget),
        0,
        1);

    private static double Between(double low, double high, double share)
    {
        double from = Math.Log(1 + low), to = Math.Log(1 + high);
        return Math.Clamp(Math.Exp(from + ((to - from) * share)) - 1, low, high);
    }
}
