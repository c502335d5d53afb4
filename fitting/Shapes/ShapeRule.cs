using Calibration.Fitting.Answers;

namespace Calibration.Fitting.Shapes;

/// <summary>
/// Which shape stands for a task: (1) the exponential where it is identified and not rejected; (2) the measured points where it is
/// neither identified nor rejected; (3) where it is rejected, the Hill curve if it is identified, not rejected and scores better;
/// (4) else interpolation.
/// </summary>
internal static class ShapeRule
{
    /// <summary>The kind by the exponential's verdict; the Hill curve is made only where it is asked.</summary>
    public static ShapeKind KindOf(Verdict exponential, Func<bool> hillIsBetter) => exponential switch
    {
        Verdict.Identified or Verdict.AtBound => ShapeKind.Exponential,
        Verdict.LackOfFit => hillIsBetter() ? ShapeKind.Hill : ShapeKind.Interpolated,
        _ => ShapeKind.Points,
    };

    /// <summary>QAIC: deviance over the mean design effect (at least 1) plus twice the number of parameters; lower is better.</summary>
    public static double Score(double deviance, double designEffect, int parameters) =>
        (deviance / Math.Max(1, designEffect)) + (2 * parameters);

    /// <summary>Whether the Hill curve has a lower score than the exponential.</summary>
    public static bool HasLowerScore(AccuracyTable table, double hillDeviance, double exponentialDeviance)
    {
        double effect = DesignEffects.Mean(table);
        return Score(hillDeviance, effect, HillPoint.Parameters) < Score(exponentialDeviance, effect, HillPoint.Parameters - 1);
    }

    /// <summary>Accuracies made non-decreasing, weighted by answers, with a monotone curve between them or without one.</summary>
    public static AccuracyShape Measured(AccuracyTable table, bool interpolated)
    {
        var accuracy = IsotonicAccuracy.Of(table.Proportions(), table.Answers);
        BudgetAccuracy[] points = [.. table.Budgets.Select((budget, j) => new BudgetAccuracy(budget, accuracy[j]))];
        return interpolated ? new InterpolatedAccuracy([.. points]) : new PointAccuracy([.. points]);
    }
}
