using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Fitting.Shapes;
using Calibration.Optimizer;
using Calibration.Optimizer.Solving;
using Calibration.Results;

namespace Calibration.Analysis.Deciding;

/// <summary>From fits to the optimizer's inputs: curve and line where both were identified, the measured budgets where not.</summary>
internal static class TaskChoices
{
    internal static ImmutableArray<TaskChoice> Of(RunFits fits, OperatingPoint point)
    {
        if (point.Shares.Keys.FirstOrDefault(name => fits.Tasks.All(task => task.Task != name)) is { } unknown)
        {
            string names = string.Join(", ", fits.Tasks.Select(task => task.Task));
            throw new AnalysisException($"{{Mix}} names {unknown}, which was not measured; the tasks are {names}.");
        }

        ImmutableArray<TaskFits> tasks = [.. fits.Tasks.Where(task => ShareOf(task, fits, point) > 0)];
        if (tasks.IsEmpty)
            return [];
        ImmutableArray<TaskChoice> choices = [.. tasks.Select(task => Of(task, ShareOf(task, fits, point), point.MaxBudgetTokens))];

        // P–K wants the variance of service times within a task, which grows with the budget: it is taken at the optimum without it.
        ImmutableArray<double> budgets = MixedSolver.Solve(point.ArrivalRatePerS, point.AccuracyWeightS, choices).Budgets;
        return [.. choices.Select((choice, k) => choice.Model is { } model ? TaskChoice.Of(model with { ServiceVariance = tasks[k].Service.VarianceAt(budgets[k]) }) : choice)];
    }

    /// <summary>The task's share of the queries; a task that is left out for missing data has none, and the others' are divided by their sum.</summary>
    internal static double ShareOf(TaskFits task, RunFits fits, OperatingPoint point)
    {
        double all = fits.Tasks.Where(other => !other.IsMissingData).Sum(other => AskedShareOf(other, fits, point));
        double asked = AskedShareOf(task, fits, point);
        return task.IsMissingData || all <= 0 ? 0 : all >= 1 - 1e-9 ? asked : asked / all;
    }

    /// <summary>The share that was asked for, whether or not the task can take part.</summary>
    internal static double AskedShareOf(TaskFits task, RunFits fits, OperatingPoint point) =>
        point.Shares.IsEmpty ? 1.0 / fits.Tasks.Length : point.Shares.GetValueOrDefault(task.Task);

    private static string Because(string reason) => reason.Length > 0 ? $" Most frequent reason: {reason.TrimEnd('.')}." : "";

    private static TaskChoice Of(TaskFits task, double share, double maxBudget)
    {
        if (IsIdentified(task.Accuracy) && task.Accuracy.Curve is { A: > 0, B: > 0 } curve
            && task.Service is { Verdict: not Verdict.NotIdentifiable, Line: { SecondsPerToken: > 0 } line })
        {
            return TaskChoice.Of(new TaskModel(task.Task, share, curve, line, maxBudget));
        }

        return TaskChoice.Of(MeasuredOf(task, share, maxBudget));
    }

    /// <summary>The task at its measured budgets: accuracy made non-decreasing, service times of the line where it is determined.</summary>
    /// <exception cref="AnalysisException">Nothing usable was measured within the largest allowed budget.</exception>
    internal static MeasuredTask MeasuredOf(TaskFits task, double share, double maxBudget)
    {
        ImmutableArray<AccuracyPoint> points = [.. task.Accuracy.Points.Where(measured => measured.BudgetTokens <= maxBudget && measured.Answers > 0)];
        if (points.IsEmpty)
        {
            throw new AnalysisException(
                $"{task.Task} has no usable trial within {{MaxBudget}}: it cannot take part in an allocation.{Because(task.ExclusionReason)}");
        }

        ImmutableArray<double> accuracy = IsotonicAccuracy.Of([.. points.Select(measured => measured.Correct / measured.Answers)], [.. points.Select(measured => measured.Answers)]);
        return new MeasuredTask(task.Task, share, [.. points.Select((measured, i) => new MeasuredBudget(measured.BudgetTokens, accuracy[i], SecondsAt(task, measured.BudgetTokens)) { ServiceVariance = task.Service.VarianceAt(measured.BudgetTokens) })]);
    }

    /// <summary>A rejected curve may be used with a warning, but not one whose parameters the data do not even determine.</summary>
    private static bool IsIdentified(AccuracyFit fit) =>
        new[] { fit.A, fit.B, fit.D }.All(estimate => estimate.Status != ParameterStatus.NotIdentifiable);

    /// <summary>The line where it is determined, else the mean of the times measured nearest to the budget.</summary>
    private static double SecondsAt(TaskFits task, int budget)
    {
        if (task.Service is { Verdict: not Verdict.NotIdentifiable, Line: { } line })
            return line.At(budget);
        if (task.Service.Points.Count == 0)
        {
            throw new AnalysisException(
                $"{task.Task} has no usable service time.{Because(task.ServiceExclusionReason)} Measure them again with calibrate run "
                + "--resume RUN {RedoLatency}.");
        }

        double nearest = task.Service.Points.Min(point => Math.Abs(point.Tokens - budget));
        return task.Service.Points.Where(point => Math.Abs(point.Tokens - budget) <= nearest).Average(point => point.Seconds);
    }
}
