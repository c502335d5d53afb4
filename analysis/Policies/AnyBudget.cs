using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;

namespace Calibration.Analysis.Policies;

/// <summary>
/// A task at any budget, also where the decision may not choose it: between points by monotone interpolation, because a line would be below
/// every curve that flattens; between the budgets that were measured beyond a peak on the line through the two beside it; beyond all that
/// is known as at its end, below its smallest budget as at that.
/// </summary>
internal static class AnyBudget
{
    /// <summary>Accuracy, and mean and second moment of the service time.</summary>
    internal static (double Accuracy, double Mean, double Square) At(TaskModel task, double budget)
    {
        double cut = Math.Clamp(budget, Math.Min(task.MinBudgetTokens, task.LargestBudgetTokens), task.LargestKnownTokens);
        (double mean, double square) = task.MeasuredServices.IsEmpty ? task.ServiceAt(cut) : ServiceBetween(task.MeasuredServices, cut);
        return (task.AccuracyAt(cut), mean, square);
    }

    /// <summary>
    /// The measured budgets on both sides of one whose accuracy is interpolated, because no curve is known there; null where a curve is, or
    /// where the budget was measured.
    /// </summary>
    internal static (double Low, double High)? InterpolatedBetween(TaskModel task, double budget)
    {
        bool isBeyond = !task.Beyond.IsEmpty && budget > task.LargestBudgetTokens;
        if (task.Accuracy is not PointAccuracy && !isBeyond)
            return null;
        double[] known =
        [
            .. task.Accuracy is PointAccuracy points ? points.Points.Select(point => point.BudgetTokens) : [task.LargestBudgetTokens],
            .. task.Beyond.Select(point => point.BudgetTokens),
        ];
        return budget < known[0] || budget > known[^1] || known.Contains(budget)
            ? null
            : (known.Last(measured => measured < budget), known.First(measured => measured > budget));
    }

    /// <summary>Mean and second moment on the line through the two measured budgets beside one.</summary>
    private static (double Mean, double Square) ServiceBetween(ImmutableArray<MeasuredService> measured, double budget)
    {
        int above = 0;
        while (above < measured.Length - 1 && measured[above].BudgetTokens < budget)
            above++;
        (double mean, double square) = MomentsOf(measured[above]);
        if (above == 0 || measured[above].BudgetTokens <= budget)
            return (mean, square);
        (double lowMean, double lowSquare) = MomentsOf(measured[above - 1]);
        double low = measured[above - 1].BudgetTokens, share = (budget - low) / (measured[above].BudgetTokens - low);
        return (lowMean + (share * (mean - lowMean)), lowSquare + (share * (square - lowSquare)));
    }

    private static (double Mean, double Square) MomentsOf(MeasuredService at) =>
        (at.MeanSeconds, (at.MeanSeconds * at.MeanSeconds) + at.VarianceSeconds2);

    /// <summary>What budgets imply, each cut as above.</summary>
    internal static Performance At(Workload workload, ReadOnlySpan<double> budgets)
    {
        double accuracy = 0, first = 0, second = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            TaskModel task = workload.Tasks[k];
            (double p, double mean, double square) = At(task, budgets[k]);
            accuracy += task.Probability * p;
            first += task.Probability * mean;
            second += task.Probability * square;
        }

        return new Performance(workload.ArrivalRatePerSecond, workload.AccuracyWeightSeconds, first, second, accuracy)
        {
            Server = workload.Server,
        };
    }

    /// <summary>The task as a constant at a budget.</summary>
    internal static TaskModel Held(TaskModel task, double budget)
    {
        (double accuracy, double mean, double square) = At(task, budget);
        return TaskModel.Held(task.Task, task.Probability, accuracy, mean) with { ServiceVariance = Math.Max(0, square - (mean * mean)) };
    }

    /// <summary>The workload with every task as a constant; its budgets are then all 0.</summary>
    internal static Workload Held(Workload workload, ImmutableArray<double> budgets) =>
        workload with { Tasks = [.. workload.Tasks.Select((task, k) => Held(task, budgets[k]))] };
}
