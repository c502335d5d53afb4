using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Fitting.Shapes;
using Calibration.Fitting.Statistics;
using Calibration.Optimizer;

namespace Calibration.Analysis.Uncertainty;

/// <summary>A task as a replicate has it, and the same at its measured budgets alone, with the residuals of its answers.</summary>
internal readonly record struct DrawnTask(
    TaskModel Model, TaskModel Measured, MeasuredResidual? Residual, MeasuredResidual? MeasuredResidual);

/// <summary>One task's draws in the bootstrap of the decision, on one thread.</summary>
internal sealed class TaskDraw(DecisionTask task, ulong answerSeed, ulong serviceSeed)
{
    private readonly AccuracyBootstrap.ShapeWorker? _answers = task.Answers?.CreateShapeWorker(task.Given);
    private readonly ServiceLineDraw? _line = task.ServiceTimes.IsEmpty
        ? null
        : new ServiceLineDraw(task.Model.Service, task.ServiceTimes, tokens => task.ServiceFit?.VarianceAt(tokens) ?? 1);

    /// <summary>The task as replicate <paramref name="index"/> has it, and the same at its measured budgets alone.</summary>
    internal DrawnTask Next(int index)
    {
        var random = new SplitMix64(serviceSeed, (ulong)index);
        ServiceTimeLine line = _line?.Next(ref random) ?? task.Model.Service;
        if (_answers is null)
            return new DrawnTask(task.Model with { Service = line }, task.Measured with { Service = line }, null, null);
        AccuracyBootstrap.ShapeReplicate drawn = _answers.Draw(answerSeed, index);
        NaturalLengths? natural = NaturalOf(drawn) ?? task.Model.Natural;
        double largest = Math.Min(task.LargestBudget, drawn.LargestBudget);
        if (natural is not null)
            largest = Math.Min(largest, natural.FirstNotLimited(task.Answers!.Budgets));
        TaskModel measured = task.Measured with
        {
            Accuracy = Redrawn(drawn) ?? task.Measured.Accuracy,
            Service = line,
            Natural = natural,
            Beyond = task.Measured.Beyond.IsEmpty ? [] : BeyondOf(drawn, task.Measured.LargestBudgetTokens),
        };
        bool isLineless = !task.Model.MeasuredServices.IsEmpty;
        AccuracyShape shape = isLineless ? measured.Accuracy : drawn.Shape;
        TaskModel model = task.Model with
        {
            Accuracy = shape,
            Service = line,
            Natural = natural,
            MaxBudgetTokens = largest,
            Beyond = isLineless ? measured.Beyond : BeyondOf(drawn, drawn.LargestBudget),
        };
        return With(model.MinBudgetTokens > largest ? measured : model, measured, drawn);
    }

    private DrawnTask With(TaskModel model, TaskModel measured, AccuracyBootstrap.ShapeReplicate drawn)
    {
        IReadOnlyList<int> budgets = task.Answers!.Budgets;
        return new DrawnTask(
            model,
            measured,
            new MeasuredResidual(model, budgets, drawn.Answers.Span, drawn.Correct.Span),
            new MeasuredResidual(measured, budgets, drawn.Answers.Span, drawn.Correct.Span));
    }

    /// <summary>
    /// The decision's own measured budgets with the replicate's proportions, made non-decreasing with the replicate's answers as weights.
    /// Null where the replicate has answers at none of them.
    /// </summary>
    private PointAccuracy? Redrawn(AccuracyBootstrap.ShapeReplicate drawn)
    {
        IReadOnlyList<int> budgets = task.Answers!.Budgets;
        var own = (PointAccuracy)task.Measured.Accuracy;
        int[] columns =
        [
            .. from j in Enumerable.Range(0, budgets.Count)
               where drawn.Answers.Span[j] > 0 && own.Points.Any(point => point.BudgetTokens == budgets[j])
               select j,
        ];
        if (columns.Length == 0)
            return null;
        double[] weights = [.. columns.Select(j => drawn.Answers.Span[j])];
        double[] shares = [.. columns.Select((j, i) => drawn.Correct.Span[j] / weights[i])];
        ImmutableArray<double> accuracy = IsotonicAccuracy.Of(shares, weights);
        return new PointAccuracy([.. columns.Select((j, i) => new BudgetAccuracy(budgets[j], accuracy[i]))]);
    }

    /// <summary>The replicate's proportions beyond its peak.</summary>
    private ImmutableArray<BudgetAccuracy> BeyondOf(AccuracyBootstrap.ShapeReplicate drawn, double peak)
    {
        if (peak >= task.LargestBudget)
            return [];
        IReadOnlyList<int> budgets = task.Answers!.Budgets;
        var beyond = ImmutableArray.CreateBuilder<BudgetAccuracy>();
        for (int j = 0; j < budgets.Count; j++)
        {
            if (budgets[j] > peak && budgets[j] <= task.LargestBudget && drawn.Answers.Span[j] > 0)
                beyond.Add(new BudgetAccuracy(budgets[j], drawn.Correct.Span[j] / drawn.Answers.Span[j]));
        }

        return beyond.ToImmutable();
    }

    /// <summary>The natural lengths of the drawn problems; null where there are none, or where problems are not drawn.</summary>
    private NaturalLengths? NaturalOf(AccuracyBootstrap.ShapeReplicate drawn)
    {
        if (task.Lengths.IsEmpty || drawn.Problems.IsEmpty)
            return null;
        var lengths = new List<double>();
        foreach (int problem in drawn.Problems.Span)
        {
            if (problem < task.Lengths.Length)
                lengths.AddRange(task.Lengths[problem].Select(tokens => (double)tokens));
        }

        return lengths.Count == 0 ? null : new NaturalLengths(lengths);
    }
}
