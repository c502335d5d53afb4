using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using Calibration.Optimizer;

namespace Calibration.Analysis.Uncertainty;

/// <summary>A task of the decision with what its uncertainty is drawn from.</summary>
/// <param name="Model">The task as it was decided on.</param>
/// <param name="Measured">The task at its measured budgets alone.</param>
internal sealed record DecisionTask(TaskModel Model, TaskModel Measured)
{
    /// <summary>The bootstrap of its answers; null keeps its accuracy.</summary>
    internal AccuracyBootstrap? Answers { get; init; }

    /// <summary>Student's two-sided quantile at the fewest problems of any task, of which a bootstrap draws.</summary>
    internal static double QuantileOf(ImmutableArray<DecisionTask> tasks, double level)
    {
        int fewest = tasks.Select(task => task.Answers?.Clusters ?? 0).Where(clusters => clusters > 1).DefaultIfEmpty(int.MaxValue).Min();
        return Quantiles.TwoSided(level, fewest == int.MaxValue ? double.PositiveInfinity : fewest - 1);
    }

    /// <summary>The residuals of its answers around the shape, or around the measured points; null without answers.</summary>
    internal MeasuredResidual? ResidualOf(TaskModel model) =>
        Answers is { } answers ? new MeasuredResidual(model, answers.Budgets, answers.Answers, answers.Correct) : null;

    /// <summary>The shape that every replicate has; null lets each replicate's answers choose.</summary>
    internal ShapeKind? Given { get; init; }

    /// <summary>Its measured service times; empty keeps its service times.</summary>
    internal ImmutableArray<ServiceObservation> ServiceTimes { get; init; } = [];

    /// <summary>The fit of those times, whose weights the draws keep; null weighs them equally.</summary>
    internal ServiceTimeFit? ServiceFit { get; init; }

    /// <summary>Thinking tokens under a cap by problem, in the order of the bootstrap's problems; empty where budgets are exact.</summary>
    internal ImmutableArray<ImmutableArray<int>> Lengths { get; init; } = [];

    /// <summary>Largest budget that a replicate may choose, whatever its shape.</summary>
    internal double LargestBudget { get; init; }
}
