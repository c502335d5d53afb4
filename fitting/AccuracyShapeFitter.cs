using Calibration.Fitting.Answers;
using Calibration.Fitting.Shapes;

namespace Calibration.Fitting;

/// <summary>Lets a task's answers choose the shape of its accuracy; where accuracy falls, up to the peak only.</summary>
public static class AccuracyShapeFitter
{
    /// <summary>Chooses for graded answers; the answers of one problem are one cluster.</summary>
    /// <param name="observations">The answers of one task; at least one.</param>
    /// <param name="given">A shape that the user named; null lets the data choose.</param>
    /// <param name="options">How curves are fitted and judged.</param>
    public static ShapeChoice Choose(
        IReadOnlyList<AccuracyObservation> observations, ShapeKind? given = null, AccuracyFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(observations);
        return Choose(AccuracyTable.From(observations), given, options);
    }

    /// <summary>Chooses for answers counted by problem and budget; the answers of one problem are one cluster.</summary>
    /// <param name="cells">The answers of one task; at least one.</param>
    /// <param name="given">A shape that the user named; null lets the data choose.</param>
    /// <param name="options">How curves are fitted and judged.</param>
    public static ShapeChoice Choose(IReadOnlyList<AccuracyCell> cells, ShapeKind? given = null, AccuracyFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(cells);
        return Choose(AccuracyTable.From(cells), given, options);
    }

    /// <summary>Chooses for counts, taken as independent; falls are not looked for, since they need the problems.</summary>
    /// <param name="counts">The answers of one task; at least one.</param>
    /// <param name="given">A shape that the user named; null lets the data choose.</param>
    /// <param name="options">How curves are fitted and judged.</param>
    public static ShapeChoice Choose(IReadOnlyList<AccuracyCount> counts, ShapeKind? given = null, AccuracyFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return Choose(AccuracyTable.From(counts.Select(c => (c.BudgetTokens, (double)c.Answers, (double)c.Correct))), given, options);
    }

    private static ShapeChoice Choose(AccuracyTable all, ShapeKind? given, AccuracyFitOptions? options)
    {
        if (all.Count == 0)
            throw new ArgumentException("there are no answers to choose a shape for", nameof(all));
        AccuracyFitOptions used = options ?? new AccuracyFitOptions();
        BudgetFall? fall = FallTest.LargestOf(all);
        AccuracyTable table = fall is null ? all : all.UpTo(fall.PeakTokens);
        AccuracyFit exponential = AccuracyFitter.Fit(table, used);
        HillFit? hill = exponential.Verdict == Verdict.LackOfFit || given == ShapeKind.Hill
            ? new HillConclusion(table, new HillSolver(table.X), used).Conclude()
            : null;
        bool lower = hill is not null && ShapeRule.HasLowerScore(table, hill.Deviance, exponential.Deviance);
        ShapeKind kind = given
            ?? ShapeRule.KindOf(exponential.Verdict, () => lower && hill!.Verdict is Verdict.Identified or Verdict.AtBound);
        AccuracyShape? shape = kind switch
        {
            ShapeKind.Exponential => exponential.Curve,
            ShapeKind.Hill => hill!.Curve,
            _ => ShapeRule.Measured(table, kind == ShapeKind.Interpolated),
        };
        string reason = given is null ? ReasonFor(kind, exponential, hill, lower) : $"The shape was given as {NameOf(kind)}.";
        return new ShapeChoice
        {
            Kind = shape is null ? ShapeKind.Points : kind,
            Shape = shape ?? ShapeRule.Measured(table, interpolated: false),
            Reason = shape is null
                ? $"The shape was given as {NameOf(kind)}, but the answers do not allow such a fit: only measured budgets are offered."
                : reason,
            Warning = kind == ShapeKind.Exponential && exponential.LackOfFitPValue is null
                ? "Lack of fit cannot be tested: that needs four budgets, and twice as many problems as budgets."
                : null,
            LargestBudget = Math.Min(shape?.LargestBudget ?? table.Budgets[^1], fall is null ? double.PositiveInfinity : table.Budgets[^1]),
            Fall = fall,
            Exponential = exponential,
            Hill = hill,
            Given = given is not null,
        };
    }

    private static string ReasonFor(ShapeKind kind, AccuracyFit exponential, HillFit? hill, bool lower)
    {
        string rejected = $"The data reject the exponential ({PValueText.Of(exponential.LackOfFitPValue)})";
        return kind switch
        {
            ShapeKind.Exponential when exponential.LackOfFitPValue is { } p =>
                $"The exponential is identified and follows the answers ({PValueText.Of(p)}).",
            ShapeKind.Exponential => "The exponential is identified.",
            ShapeKind.Points => $"{exponential.Explanation.TrimEnd('.')}: only measured budgets are offered.",
            ShapeKind.Hill => $"{rejected}; the Hill curve is identified and follows the answers better.",
            _ => $"{rejected}, and the Hill curve {HillFault(hill!, lower)}: accuracy is interpolated between the measured budgets.",
        };
    }

    private static string HillFault(HillFit hill, bool lower) => hill.Verdict switch
    {
        Verdict.LackOfFit => $"is rejected too ({PValueText.Of(hill.LackOfFitPValue)})",
        Verdict.NotIdentifiable => "is not identifiable",
        _ => lower ? "does not apply" : "follows the answers no better",
    };

    private static string NameOf(ShapeKind kind) => kind switch
    {
        ShapeKind.Exponential => "exponential",
        ShapeKind.Hill => "hill",
        ShapeKind.Interpolated => "interpolated",
        _ => "points",
    };
}
