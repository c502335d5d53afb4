using Calibration.Fitting.Answers;
using Calibration.Fitting.Shapes;

namespace Calibration.Fitting;

/// <summary>Fits p(ℓ) = D + A/(1 + (h/ℓ)^s) with D ≥ 0, A > 0 and A + D ≤ 1 by maximum likelihood, and judges the fit.</summary>
public static class HillFitter
{
    /// <summary>Fits graded answers; the answers of one problem are one cluster.</summary>
    public static HillFit Fit(IReadOnlyList<AccuracyObservation> observations, AccuracyFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(observations);
        return Fit(AccuracyTable.From(observations), options);
    }

    /// <summary>Fits answers counted by problem and budget; the answers of one problem are one cluster.</summary>
    public static HillFit Fit(IReadOnlyList<AccuracyCell> cells, AccuracyFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(cells);
        return Fit(AccuracyTable.From(cells), options);
    }

    /// <summary>Fits proportions, taken as independent; they need not be integer numbers of answers.</summary>
    public static HillFit Fit(IReadOnlyList<AccuracyProportion> proportions, AccuracyFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(proportions);
        return Fit(AccuracyTable.From(proportions.Select(p => (p.BudgetTokens, p.Answers, p.Answers * p.Proportion))), options);
    }

    private static HillFit Fit(AccuracyTable table, AccuracyFitOptions? options)
    {
        AccuracyFitOptions used = options ?? new AccuracyFitOptions();
        used.Validate();
        return new HillConclusion(table, new HillSolver(table.X), used).Conclude();
    }
}
