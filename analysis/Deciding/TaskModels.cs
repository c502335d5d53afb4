using System.Collections.Immutable;
using Calibration.Analysis.Counting;
using Calibration.Fitting;
using Calibration.Fitting.Shapes;
using Calibration.Optimizer;
using Calibration.Results;

namespace Calibration.Analysis.Deciding;

/// <summary>From a run's fits to the optimizer's tasks at one operating point.</summary>
internal sealed class TaskModels(RunFits fits, RunRows rows, OperatingPoint point)
{
    /// <summary>The tasks that take part, in the run's order.</summary>
    /// <exception cref="AnalysisException">The shares name a task that was not measured, or only tasks that are left out.</exception>
    internal ImmutableArray<TaskFits> Taking()
    {
        if (point.Shares.Keys.FirstOrDefault(name => fits.Tasks.All(task => task.Task != name)) is { } unknown)
        {
            string names = string.Join(", ", fits.Tasks.Select(task => task.Task));
            throw new AnalysisException($"{{Mix}} names {unknown}, which was not measured; the tasks are {names}.");
        }

        ImmutableArray<TaskFits> tasks = [.. fits.Tasks.Where(task => ShareOf(task) > 0)];
        return !tasks.IsEmpty
            ? tasks
            : throw new AnalysisException(
                "{Mix} names only tasks that are excluded for missing data: name others, or fit them with {AcceptMissing}.");
    }

    /// <summary>The share that was asked for, whether or not the task can take part.</summary>
    internal double AskedShareOf(TaskFits task) =>
        point.Shares.IsEmpty ? 1.0 / fits.Tasks.Length : point.Shares.GetValueOrDefault(task.Task);

    /// <summary>The task with the shape that its data chose, t0 + cℓ, and under a cap its natural lengths.</summary>
    /// <exception cref="AnalysisException">Nothing usable was measured within the largest allowed budget.</exception>
    internal TaskModel Of(TaskFits task)
    {
        if (LineOf(task) is not { } line || task.Shape is not { Kind: not ShapeKind.Points } shape || StartsBeyond(shape.Curve))
            return PointsOf(task);
        return WithCosts(new TaskModel(task.Task, ShareOf(task), shape.Curve, line, LargestOf(task)), task);
    }

    /// <summary>The task at its measured budgets alone, accuracy made non-decreasing: no model of its gain.</summary>
    /// <exception cref="AnalysisException">Nothing usable was measured within the largest allowed budget.</exception>
    internal TaskModel PointsOf(TaskFits task)
    {
        double largest = LargestOf(task);
        ImmutableArray<AccuracyPoint> points = [.. Answered(task).Where(measured => measured.BudgetTokens <= largest)];
        if (points.IsEmpty)
        {
            throw new AnalysisException(
                $"{task.Task} has no usable trial within {{MaxBudget}}: it cannot take part in an "
                    + $"allocation.{Because(task.ExclusionReason)}");
        }

        double[] shares = [.. points.Select(measured => measured.Correct / measured.Answers)];
        ImmutableArray<double> accuracy = IsotonicAccuracy.Of(shares, [.. points.Select(measured => measured.Answers)]);
        var shape = new PointAccuracy([.. points.Select((measured, i) => new BudgetAccuracy(measured.BudgetTokens, accuracy[i]))]);
        if (LineOf(task) is { } line)
            return WithCosts(new TaskModel(task.Task, ShareOf(task), shape, line, largest), task);
        ImmutableArray<BudgetAccuracy> beyond = BeyondOf(task);
        IEnumerable<double> budgets = shape.Points.Concat(beyond).Select(known => known.BudgetTokens);
        return new TaskModel(task.Task, ShareOf(task), shape, new ServiceTimeLine(0, 1), largest)
        {
            MeasuredServices = [.. budgets.Select(budget => MeasuredAt(task, budget))],
            Beyond = beyond,
        };
    }

    /// <summary>
    /// Largest budget that the decision may choose: allowed, at most the peak, and under a cap at most the first measured one that limits
    /// no thinking.
    /// </summary>
    internal double LargestOf(TaskFits task)
    {
        double largest = Math.Min(point.MaxBudgetTokens, task.Shape?.LargestBudgetTokens ?? double.PositiveInfinity);
        if (fits.Semantics == BudgetSemantics.Cap && task.Accuracy.Points.Count > 0)
            largest = Math.Min(largest, task.Accuracy.Points[^1].BudgetTokens);
        if (NaturalOf(task) is { } natural)
            largest = Math.Min(largest, natural.FirstNotLimited(Answered(task).Select(measured => measured.BudgetTokens)));
        return largest;
    }

    private static IEnumerable<AccuracyPoint> Answered(TaskFits task) => task.Accuracy.Points.Where(measured => measured.Answers > 0);

    /// <summary>The line t0 + cℓ; null where the times do not determine a rising one.</summary>
    internal static ServiceTimeLine? LineOf(TaskFits task) =>
        task.Service is { Verdict: not Verdict.NotIdentifiable, Line: { SecondsPerToken: > 0 } line } ? line : null;

    /// <summary>The task's share of the queries; a task that is left out has none, and the others' are divided by their sum.</summary>
    private double ShareOf(TaskFits task)
    {
        double all = fits.Tasks.Where(other => !other.IsMissingData).Sum(AskedShareOf);
        double asked = AskedShareOf(task);
        return task.IsMissingData || all <= 0 ? 0 : all >= 1 - 1e-9 ? asked : asked / all;
    }

    private TaskModel WithCosts(TaskModel model, TaskFits task) => model with
    {
        ServiceVariance = task.Service.AbsoluteNoiseSeconds * task.Service.AbsoluteNoiseSeconds,
        RelativeSigma = task.Service.RelativeNoise,
        Natural = NaturalOf(task),
        Beyond = BeyondOf(task),
    };

    /// <summary>What was measured beyond the peak of a task whose accuracy falls, as far as it is allowed.</summary>
    private ImmutableArray<BudgetAccuracy> BeyondOf(TaskFits task) => task.Shape?.LargestBudgetTokens is not { } peak ? [] :
    [
        .. from measured in task.Accuracy.Points
           where measured.BudgetTokens > peak && measured.BudgetTokens <= point.MaxBudgetTokens && measured.Answers > 0
           select new BudgetAccuracy(measured.BudgetTokens, measured.Correct / measured.Answers),
    ];

    private NaturalLengths? NaturalOf(TaskFits task)
    {
        ImmutableArray<ImmutableArray<int>> lengths = rows.Of(task.Task).Lengths;
        return lengths.IsEmpty ? null : new NaturalLengths(lengths.SelectMany(problem => problem.Select(tokens => (double)tokens)));
    }

    private bool StartsBeyond(AccuracyShape shape) =>
        shape is InterpolatedAccuracy points && points.Points[0].BudgetTokens > point.MaxBudgetTokens;

    private static string Because(string reason) => reason.Length > 0 ? $" Most frequent reason: {reason.TrimEnd('.')}." : "";

    /// <summary>The times measured nearest to a budget.</summary>
    private static MeasuredService MeasuredAt(TaskFits task, double budget)
    {
        if (task.Service.Points.Count == 0)
        {
            throw new AnalysisException(
                $"{task.Task} has no usable service time.{Because(task.ServiceExclusionReason)} Measure them again with calibrate run "
                + "{Resume} RUN {RedoLatency}.");
        }

        double nearest = task.Service.Points.Min(measured => Math.Abs(measured.Tokens - budget));
        double mean = task.Service.Points.Where(measured => Math.Abs(measured.Tokens - budget) <= nearest).Average(measured =>
            measured.Seconds);
        return new MeasuredService(budget, mean, task.Service.VarianceAt(budget));
    }
}
