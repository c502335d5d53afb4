using System.Collections.Immutable;
using Calibration.Analysis;
using Calibration.Analysis.Curves;
using Calibration.Report.Figures;

namespace Calibration.Report;

/// <summary>All figures of a run, or of a workload.</summary>
public static class FigureSet
{
    /// <summary>Fig. 2 and the service times, from the fits alone.</summary>
    /// <param name="tasks">The tasks to draw, in the run's order.</param>
    /// <param name="source">Where the numbers come from.</param>
    /// <param name="options">Width and axes.</param>
    public static ImmutableArray<Figure> OfFits(ImmutableArray<TaskFits> tasks, FigureSource source, FigureOptions options)
    {
        if (tasks.All(task => task.Accuracy.Points.Count == 0))
            return [];
        var accuracy = new AccuracyFigure(tasks, source, options);
        return [accuracy.Together(), accuracy.PerTask(), .. Present(new ServiceTimeFigure(tasks, source, options).Draw())];
    }

    /// <summary>Fig. 3, Fig. 4, the frontier, ℓ*(λ) and ℓ*(α).</summary>
    /// <param name="curves">What was decided.</param>
    /// <param name="source">Where the numbers come from.</param>
    /// <param name="options">Width and axes.</param>
    public static ImmutableArray<Figure> OfDecision(DecisionCurves curves, FigureSource source, FigureOptions options) =>
    [
        ObjectiveFigure.Of(curves, source, options),
        SensitivityFigure.Of(curves, source, options),
        FrontierFigure.Of(curves, source, options),
        .. Present(BudgetFigures.ByRate(curves, source, options)),
        .. Present(BudgetFigures.ByWeight(curves, source, options)),
    ];

    private static IEnumerable<Figure> Present(Figure? figure) => figure is null ? [] : [figure];
}
