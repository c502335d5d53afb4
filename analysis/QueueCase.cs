using System.Collections.Immutable;
using System.Globalization;
using Calibration.Optimizer;
using Calibration.Optimizer.Queueing;
using Calibration.Results;

namespace Calibration.Analysis;

/// <summary>A queue to simulate: a workload at fixed budgets, and where it comes from.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Budgets">One budget per task, in its order.</param>
/// <param name="Source">Where it comes from, in words.</param>
/// <param name="Measurements">Measured answers to draw from; absent where they follow from the curves.</param>
public sealed record QueueCase(
    Workload Workload, ImmutableArray<double> Budgets, string Source, QueueMeasurements? Measurements = null)
{
    /// <summary>
    /// A run's decided allocation. Where a budget is a measured one, answers are drawn from those measured at it.
    /// </summary>
    public static async Task<QueueCase> OfAsync(PointFolder place, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        RunAllocation allocation = RunAnalysis.Read(place).Allocation
            ?? throw new AnalysisException($"{place.Path} has no allocation: every task is excluded for missing data.");
        Dictionary<(string Task, int BudgetTokens), ImmutableArray<bool>.Builder> answers = allocation.Tasks
            .Where(task => task.BudgetTokens == Math.Floor(task.BudgetTokens))
            .ToDictionary(task => (task.Task, (int)task.BudgetTokens), _ => ImmutableArray.CreateBuilder<bool>());
        await foreach (Trial trial in place.Run.Trials.ReadAsync().WithCancellation(cancellationToken))
        {
            if (trial.IsUsable && answers.TryGetValue((trial.Task, trial.BudgetTokens), out ImmutableArray<bool>.Builder? outcomesAt))
                outcomesAt.Add(trial.Correct);
        }

        ImmutableArray<ImmutableArray<bool>> outcomes = [.. allocation.Tasks.Select(task =>
            answers.TryGetValue((task.Task, (int)task.BudgetTokens), out var measured) ? measured.ToImmutable() : [])];
        return Of(place, allocation) with { Measurements = new QueueMeasurements { Outcomes = outcomes } };
    }

    /// <summary>The decision's own workload, with its shapes, caps and server; in folders of schema 1 every task as a constant.</summary>
    private static QueueCase Of(PointFolder place, RunAllocation allocation)
    {
        string source =
            $"{allocation.Source}{(allocation.Simulated ? " (simulated endpoint)" : "")} at {AllocationPoint.Of(allocation).Caption}";
        string file = place.In("workload.json");
        if (File.Exists(file))
            return new QueueCase(
                WorkloadJson.Read(File.ReadAllText(file), file), [.. allocation.Tasks.Select(task => task.BudgetTokens)], source);
        ImmutableArray<TaskModel> constants =
        [
            .. from task in allocation.Tasks
               let model = TaskModel.Held(task.Task, task.Probability, task.Accuracy, task.ServiceSeconds)
               select model with { ServiceVariance = task.ServiceVarianceSeconds2 },
        ];
        var workload = new Workload(allocation.ArrivalRatePerSecond, allocation.AccuracyWeightSeconds, constants);
        return new QueueCase(workload, [.. new double[constants.Length]], source);
    }

    /// <summary>A workload at budgets of the user's choice.</summary>
    /// <exception cref="AnalysisException">
    /// There is not one budget per task, nothing is known of a task at its budget, or the queue is not stable.
    /// </exception>
    public static QueueCase Of(Workload workload, ImmutableArray<double> budgets, string source)
    {
        ArgumentNullException.ThrowIfNull(workload);
        if (budgets.Length != workload.Tasks.Length)
        {
            throw new AnalysisException(
                $"{{Budgets}} has {budgets.Length} budgets, and the workload {workload.Tasks.Length} tasks: give one per task, in its "
                    + $"order.");
        }

        if (workload.Tasks.Zip(budgets, UnknownAt).OfType<string>().FirstOrDefault() is { } unknown)
            throw new AnalysisException($"{{Budgets}} has {unknown}.");
        Performance at = workload.At(budgets.AsSpan());
        return at.IsStable
            ? new QueueCase(
                workload, budgets, string.Create(CultureInfo.InvariantCulture, $"{source} at λ = {workload.ArrivalRatePerSecond}/s"))
            : throw new AnalysisException(string.Create(
                CultureInfo.InvariantCulture,
                $"At these budgets the server would be busy {at.Utilization:0.####} of the time: the queue is not stable."));
    }

    /// <summary>What a workload does not know of a task at a budget; null where it knows all.</summary>
    private static string? UnknownAt(TaskModel task, double budget)
    {
        if (!task.MeasuredServices.IsEmpty && task.MeasuredServices.All(measured => measured.BudgetTokens != budget))
        {
            string known = string.Join(
                ", ", task.MeasuredServices.Select(at => at.BudgetTokens.ToString(CultureInfo.InvariantCulture)));
            return string.Create(
                CultureInfo.InvariantCulture, $"{budget} for {task.Task}, whose service times are known at {known}: give one of these");
        }

        bool isOutside = double.IsFinite(task.Accuracy.LargestBudget)
            && (budget < task.MinBudgetTokens || (budget > task.LargestKnownTokens && !task.IsUnlimitedAtLargest));
        return !isOutside ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"{budget} for {task.Task}, whose accuracy is known from {task.MinBudgetTokens} to {task.LargestKnownTokens} tokens: give a "
                + $"budget within");
    }
}
