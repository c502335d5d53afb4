using Calibration.Fitting;
using Calibration.Optimizer;

namespace Calibration.Analysis.Policies;

/// <summary>
/// One budget for all tasks, each cut only where nothing was measured any more: what heterogeneous budgets are measured against.
/// </summary>
internal static class UniformPolicy
{
    private const int GridPoints = 96;
    private const int Refinements = 40;
    private static readonly double Golden = (Math.Sqrt(5) - 1) / 2;

    /// <summary>J at one budget for all tasks.</summary>
    internal static double At(Workload workload, double budget)
    {
        Span<double> budgets = stackalloc double[workload.Tasks.Length];
        budgets.Fill(budget);
        return AnyBudget.At(workload, budgets).Objective;
    }

    /// <summary>
    /// The best uniform budget; null where even the smallest is not stable. A grid brackets it (equal ratios, and every measured
    /// budget), the golden section refines it.
    /// </summary>
    internal static (double BudgetTokens, double Objective)? Best(Workload workload)
    {
        double[] grid = [.. Grid(workload)];
        double[] values = Array.ConvertAll(grid, budget => At(workload, budget));
        int best = Array.IndexOf(values, values.Max());
        if (double.IsNegativeInfinity(values[best]))
            return null;
        double low = grid[Math.Max(0, best - 1)], high = grid[Math.Min(grid.Length - 1, best + 1)];
        double left = high - (Golden * (high - low)), right = low + (Golden * (high - low));
        double atLeft = At(workload, left), atRight = At(workload, right);
        for (int i = 0; i < Refinements; i++)
        {
            if (atLeft >= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                atLeft = At(workload, left = high - (Golden * (high - low)));
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                atRight = At(workload, right = low + (Golden * (high - low)));
            }
        }

        double middle = (low + high) / 2, there = At(workload, middle);
        return there > values[best] ? (middle, there) : (grid[best], values[best]);
    }

    private static IEnumerable<double> Grid(Workload workload)
    {
        double largest = workload.Tasks.Max(task => task.LargestBudgetTokens);
        IEnumerable<double> ratios = Enumerable.Range(0, GridPoints + 1)
            .Select(i => largest * Math.Pow(2, -20 * (1 - (i / (double)GridPoints))));
        IEnumerable<double> measured = workload.Tasks.Select(task => task.Accuracy).OfType<PointAccuracy>()
            .SelectMany(points => points.Points).Select(point => point.BudgetTokens);
        return ratios.Append(0).Concat(measured).Distinct().Order();
    }
}
