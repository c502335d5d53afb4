using System.Collections.Immutable;

namespace Calibration.Optimizer.Solving;

/// <summary>The best single budget for all tasks, each cut at its own largest: what heterogeneous budgets are measured against.</summary>
public static class UniformSolver
{
    private const int GridPoints = 96;
    private const int Refinements = 40;
    private static readonly double Golden = (Math.Sqrt(5) - 1) / 2;

    /// <summary>
    /// The best uniform budget and what it implies; null where even 0 is not stable. A grid brackets it (equal ratios, and
    /// every measured budget), the golden section refines it: along the diagonal J is concave where every task has a curve.
    /// </summary>
    public static (double BudgetTokens, double Objective)? Solve(double arrivalRatePerSecond, double accuracyWeightSeconds, ImmutableArray<TaskChoice> tasks)
    {
        double largest = tasks.Max(task => task.Model?.MaxBudgetTokens ?? task.Measured!.Budgets[^1].BudgetTokens);
        double[] grid = [.. Grid(largest, tasks)];
        double[] values = Array.ConvertAll(grid, At);
        int best = Array.IndexOf(values, values.Max());
        if (double.IsNegativeInfinity(values[best]))
            return null;
        double low = grid[Math.Max(0, best - 1)], high = grid[Math.Min(grid.Length - 1, best + 1)];
        double left = high - (Golden * (high - low)), right = low + (Golden * (high - low));
        double atLeft = At(left), atRight = At(right);
        for (int i = 0; i < Refinements; i++)
        {
            if (atLeft >= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                atLeft = At(left = high - (Golden * (high - low)));
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                atRight = At(right = low + (Golden * (high - low)));
            }
        }

        double middle = (low + high) / 2, there = At(middle);
        return there > values[best] ? (middle, there) : (grid[best], values[best]);

        double At(double budget)
        {
            double first = 0, second = 0, accuracy = 0;
            foreach (TaskChoice choice in tasks)
            {
                TaskModel task = choice.Model ?? choice.Measured!.FixedAt(Math.Min(budget, choice.Measured.Budgets[^1].BudgetTokens));
                double cut = Math.Min(budget, task.MaxBudgetTokens), seconds = task.Service.At(cut);
                first += task.Probability * seconds;
                second += task.Probability * ((seconds * seconds) + task.ServiceVariance);
                accuracy += task.Probability * task.Accuracy.At(cut);
            }

            return new Performance(arrivalRatePerSecond, accuracyWeightSeconds, first, second, accuracy).Objective;
        }
    }

    private static IEnumerable<double> Grid(double largest, ImmutableArray<TaskChoice> tasks)
    {
        IEnumerable<double> ratios = Enumerable.Range(0, GridPoints + 1).Select(i => largest * Math.Pow(2, -20 * (1 - (i / (double)GridPoints))));
        IEnumerable<double> measured = tasks.Where(task => task.Measured is not null).SelectMany(task => task.Measured!.Budgets).Select(budget => (double)budget.BudgetTokens);
        return ratios.Append(0).Concat(measured).Distinct().Order();
    }
}
