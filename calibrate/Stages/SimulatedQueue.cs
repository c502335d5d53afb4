using System.Collections.Immutable;
using System.Globalization;
using Calibration.Analysis;
using Calibration.Optimizer;
using Calibration.Optimizer.Queueing;
using Calibration.Results;

namespace Calibration.Calibrate.Stages;

/// <summary>A queue to simulate: a workload at fixed budgets, and where it comes from.</summary>
internal sealed record SimulatedQueue(Workload Workload, ImmutableArray<double> Budgets, string Source, QueueMeasurements? Measurements = null)
{
    /// <summary>
    /// A run's decided allocation, at which every task is a constant: its accuracy and its service time there. Where the budget
    /// is a measured one, answers are drawn from those measured at it.
    /// </summary>
    internal static async Task<SimulatedQueue> OfAsync(RunFolder folder, RunAllocation allocation, CancellationToken cancellationToken)
    {
        Dictionary<(string Task, int BudgetTokens), ImmutableArray<bool>.Builder> answers = allocation.Tasks
            .Where(task => task.BudgetTokens == Math.Floor(task.BudgetTokens))
            .ToDictionary(task => (task.Task, (int)task.BudgetTokens), _ => ImmutableArray.CreateBuilder<bool>());
        await foreach (Trial trial in folder.ReadTrialsAsync().WithCancellation(cancellationToken))
        {
            if (trial.IsUsable && answers.TryGetValue((trial.Task, trial.BudgetTokens), out ImmutableArray<bool>.Builder? outcomesAt))
                outcomesAt.Add(trial.Correct);
        }

        ImmutableArray<ImmutableArray<bool>> outcomes =
            [.. allocation.Tasks.Select(task => answers.TryGetValue((task.Task, (int)task.BudgetTokens), out var measured) ? measured.ToImmutable() : [])];
        return Of(allocation) with { Measurements = new QueueMeasurements { Outcomes = outcomes } };
    }

    private static SimulatedQueue Of(RunAllocation allocation) => new(
        new Workload(
            allocation.ArrivalRatePerSecond,
            allocation.AccuracyWeightSeconds,
            [.. allocation.Tasks.Select(task => TaskModel.Held(task.Task, task.Probability, task.Accuracy, task.ServiceSeconds) with { ServiceVariance = task.ServiceVarianceSeconds2 })]),
        [.. new double[allocation.Tasks.Length]],
        $"{allocation.Source}{(allocation.Simulated ? " (simulated endpoint)" : "")} at {AllocationPoint.Of(allocation).Caption}");

    /// <exception cref="UserFault">There is not one budget a task, or the queue is not stable.</exception>
    internal static SimulatedQueue Of(Workload workload, string budgets, string source)
    {
        double[] values = [.. budgets.Split(',').Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && double.IsFinite(value) ? value : throw new UserFault($"--budgets has \"{text}\": give numbers of tokens that are 0 or more."))];
        if (values.Length != workload.Tasks.Length)
            throw new UserFault($"--budgets has {values.Length} budgets, and the workload {workload.Tasks.Length} tasks: give one a task, in its order.");
        Performance at = workload.At(values);
        return at.IsStable
            ? new SimulatedQueue(workload, [.. values], string.Create(CultureInfo.InvariantCulture, $"{source} at λ = {workload.ArrivalRatePerSecond}/s"))
            : throw new UserFault(string.Create(CultureInfo.InvariantCulture, $"At these budgets the server would be busy {at.Utilization:0.####} of the time: the queue is not stable."));
    }
}
