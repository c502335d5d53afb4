using Calibration.Fitting.Accuracy;
using Calibration.Fitting.Answers;

namespace Calibration.Fitting;

/// <summary>Fits p(ℓ) = A(1 − e^(−bℓ)) + D with D ≥ 0, A > 0, A + D ≤ 1 and b > 0, equation (2), and judges the fit.</summary>
public static class AccuracyFitter
{
    /// <summary>Fits graded answers; the answers of one problem are one cluster.</summary>
    public static AccuracyFit Fit(IReadOnlyList<AccuracyObservation> observations, AccuracyFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(observations);
        return Fit(AccuracyTable.From(observations), options ?? new AccuracyFitOptions());
    }

    /// <summary>Fits answers counted by problem and budget; the answers of one problem are one cluster.</summary>
    public static AccuracyFit Fit(IReadOnlyList<AccuracyCell> cells, AccuracyFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(cells);
        return Fit(AccuracyTable.From(cells), options ?? new AccuracyFitOptions());
    }

    /// <summary>Fits counts per budget, taken as independent; rows of one budget are added.</summary>
    public static AccuracyFit Fit(IReadOnlyList<AccuracyCount> counts, AccuracyFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return Fit(
            AccuracyTable.From(counts.Select(c => (c.BudgetTokens, (double)c.Answers, (double)c.Correct))),
            options ?? new AccuracyFitOptions());
    }

    /// <summary>Fits proportions, taken as independent; they need not be integer numbers of answers.</summary>
    public static AccuracyFit Fit(IReadOnlyList<AccuracyProportion> proportions, AccuracyFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(proportions);
        return Fit(
            AccuracyTable.From(proportions.Select(p => (p.BudgetTokens, p.Answers, p.Answers * p.Proportion))),
            options ?? new AccuracyFitOptions());
    }

    internal static AccuracyFit Fit(AccuracyTable table, AccuracyFitOptions options)
    {
        options.Validate();
        if (table.Count == 0)
            return AccuracyConclusion.Empty(options);
        var solver = new CurveSolver(table.X, options.Method);
        solver.Load(table.Answers, table.Correct);
        CurvePoint point = solver.Solve();
        point = LevenbergPolish.Finish(point, solver, table, options.Method);
        AccuracyFit fit = new AccuracyConclusion(new FittedCurve(table, solver, point), options).Conclude();
        return fit.Curve is null ? fit : fit with { Unweighted = Unweighted(table) };
    }

    /// <summary>The paper's fit: nonlinear least squares in which every budget weighs alike.</summary>
    private static ExponentialAccuracy Unweighted(AccuracyTable table)
    {
        var solver = new CurveSolver(table.X, FitMethod.LeastSquares);
        solver.Load(table.Answers, table.Correct);
        CurvePoint point = LevenbergPolish.Finish(solver.Solve(), solver, table, FitMethod.LeastSquares);
        return new ExponentialAccuracy(Math.Max(0, point.A), Math.Exp(point.Theta) / table.Scale, point.D);
    }
}
