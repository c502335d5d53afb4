using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Fitting.Shapes;
using Calibration.Optimizer.Queueing;

namespace Calibration.Optimizer.Uncertainty;

/// <summary>One task's draws in the bootstrap of the decision, on one thread.</summary>
internal sealed class TaskDraw(DecisionTask task, ulong answerSeed, ulong serviceSeed)
{
    private readonly AccuracyBootstrap.Worker? _answers = task.Accuracy?.CreateWorker();
    private readonly ServiceLineDraw? _line = task.Choice.Model is { } model && !task.ServiceTimes.IsDefaultOrEmpty
        ? new ServiceLineDraw(model.Service, task.ServiceTimes, tokens => task.ServiceFit?.VarianceAt(tokens) ?? 1)
        : null;

    /// <summary>The task as replicate <paramref name="index"/> has it.</summary>
    internal TaskChoice Next(int index)
    {
        AccuracyBootstrap.Replicate? replicate = _answers?.Draw(answerSeed, index);
        if (task.Choice.Measured is { } measured)
            return replicate is { } drawn ? TaskChoice.Of(Redrawn(measured, drawn)) : task.Choice;
        var random = new Xoshiro256(serviceSeed, (ulong)index);
        TaskModel model = task.Choice.Model!;
        return TaskChoice.Of(model with
        {
            Accuracy = replicate?.Curve ?? model.Accuracy,
            Service = _line?.Next(ref random) ?? model.Service,
        });
    }

    /// <summary>
    /// The decision's own measured budgets with the replicate's proportions, made non-decreasing with the replicate's answers as weights:
    /// the same budgets and the same weighting as in the decision. Where the replicate has answers at none of them, the task stays.
    /// </summary>
    private MeasuredTask Redrawn(MeasuredTask measured, AccuracyBootstrap.Replicate replicate)
    {
        Dictionary<int, int> column =
            task.Accuracy!.Budgets.Select((budget, j) => (budget, j)).ToDictionary(pair => pair.budget, pair => pair.j);
        ImmutableArray<MeasuredBudget> answered =
            [.. measured.Budgets.Where(budget => column.TryGetValue(budget.BudgetTokens, out int j) && replicate.Answers.Span[j] > 0)];
        if (answered.IsEmpty)
            return measured;
        double[] weights = [.. answered.Select(budget => replicate.Answers.Span[column[budget.BudgetTokens]])];
        double[] shares = [.. answered.Select((budget, i) => replicate.Correct.Span[column[budget.BudgetTokens]] / weights[i])];
        ImmutableArray<double> accuracy = IsotonicAccuracy.Of(shares, weights);
        return measured with { Budgets = [.. answered.Select((budget, i) => budget with { Accuracy = accuracy[i] })] };
    }
}
