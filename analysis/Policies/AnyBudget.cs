using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Optimizer;

namespace Calibration.Analysis.Policies;

/// <summary>
/// A task at any budget, also where the decision may not choose it: between measured points, and between the budgets that were measured
/// beyond a peak, on the line through the two beside it; beyond all that is known as at its end, below its smallest budget as at that.
/// </summary>
internal static class AnyBudget
{
    /// <summary>Accuracy, and mean and second moment of the service time.</summary>
    internal static (double Accuracy, double Mean, double Square) At(TaskModel task, double budget)
    {
        double cut = Math.Clamp(budget, Math.Min(task.MinBudgetTokens, task.LargestBudgetTokens), task.LargestKnownTokens);
        if (task.Accuracy is not PointAccuracy given || (cut > task.LargestBudgetTokens && task.MeasuredServices.IsEmpty))
        {
            (double mean, double square) = task.ServiceAt(cut);
            return (task.AccuracyAt(cut), mean, square);
        }

        ReadOnlySpan<BudgetAccuracy> points = task.Beyond.IsEmpty ? given.Points.AsSpan() : [.. given.Points, .. task.Beyond];
        int above = 0;
        while (above < points.Length - 1 && points[above].BudgetTokens < cut)
            above++;
        BudgetAccuracy high = points[above];
        if (above == 0 || high.BudgetTokens <= cut)
            return Terms(task, high);
        BudgetAccuracy low = points[above - 1];
        double share = (cut - low.BudgetTokens) / (high.BudgetTokens - low.BudgetTokens);
        ((double A, double M, double S) left, (double A, double M, double S) right) = (Terms(task, low), Terms(task, high));
        return (left.A + (share * (right.A - left.A)), left.M + (share * (right.M - left.M)), left.S + (share * (right.S - left.S)));
    }

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

    private static (double Accuracy, double Mean, double Square) Terms(TaskModel task, BudgetAccuracy point)
    {
        (double mean, double square) = task.ServiceAt(point.BudgetTokens);
        return (point.Accuracy, mean, square);
    }
}
