using Calibration.Fitting.Accuracy;
using Calibration.Fitting.Answers;

namespace Calibration.Fitting.Shapes;

/// <summary>
/// Chooses the shape of one replicate's answers by the same rule as for the data, without intervals. One instance per thread.
/// </summary>
internal sealed class ShapeReplicates(AccuracyTable data, ShapeKind? given, AccuracyFitOptions options)
{
    private readonly CurveSolver _solver = new(data.X, options.Method);
    private readonly Lazy<HillSolver> _hill = new(() => new HillSolver(data.X), isThreadSafe: false);

    /// <summary>The shape, and the largest budget that it offers.</summary>
    public (AccuracyShape Shape, double LargestBudget) Choose(AccuracyTable drawn)
    {
        BudgetFall? fall = FallTest.LargestOf(drawn);
        AccuracyTable table = fall is null ? drawn : drawn.UpTo(fall.PeakTokens);
        AccuracyShape shape = ShapeOf(table);
        return (shape, Math.Min(shape.LargestBudget, fall is null ? double.PositiveInfinity : table.Budgets[^1]));
    }

    private AccuracyShape ShapeOf(AccuracyTable table)
    {
        if (given is ShapeKind.Points or ShapeKind.Interpolated)
            return ShapeRule.Measured(table, given == ShapeKind.Interpolated);
        bool same = table.Count == data.Count;
        HillConclusion? hill = null;
        HillConclusion Hill() => hill ??= new HillConclusion(table, same ? _hill.Value : new HillSolver(table.X), options);
        if (given == ShapeKind.Hill)
            return Hill().Curve ?? ShapeRule.Measured(table, interpolated: false);
        CurveSolver solver = same ? _solver : new CurveSolver(table.X, options.Method);
        solver.Load(table.Answers, table.Correct);
        CurvePoint point = solver.Solve();
        var curve = new ExponentialAccuracy(Math.Max(0, point.A), Math.Exp(point.Theta) / table.Scale, point.D);
        if (given == ShapeKind.Exponential)
            return curve;
        var conclusion = new AccuracyConclusion(new FittedCurve(table, solver, point), options);
        return ShapeRule.KindOf(conclusion.Verdict(), HillIsBetter) switch
        {
            ShapeKind.Exponential => curve,
            ShapeKind.Hill => Hill().Curve!,
            ShapeKind.Interpolated => ShapeRule.Measured(table, interpolated: true),
            _ => ShapeRule.Measured(table, interpolated: false),
        };

        // The cheap questions first.
        bool HillIsBetter() => table.Count > HillPoint.Parameters
            && ShapeRule.HasLowerScore(table, Hill().Deviance, conclusion.Deviance)
            && !(Hill().LackOfFit() < options.LackOfFitLevel)
            && Hill().Weakness() is null;
    }
}
