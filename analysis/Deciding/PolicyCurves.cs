using System.Collections.Immutable;
using Calibration.Analysis.Policies;
using Calibration.Analysis.Uncertainty;
using Calibration.Optimizer;
using Calibration.Optimizer.Solving;

namespace Calibration.Analysis.Deciding;

/// <summary>How the optimum moves with α and λ, and J under uniform budgets, for any workload.</summary>
internal static class PolicyCurves
{
    private const int Points = 25;
    private const int Rates = 40;
    private const double LowestRateShare = 0.01;
    private const double HighestRateShare = 0.98;

    /// <summary>The uniform budgets of the paper's Fig. 3.</summary>
    internal static ImmutableArray<int> PaperUniform { get; } = [0, 100, 500];

    /// <summary>ℓ*(α), accuracy and mean system time as α runs over four decades around its value.</summary>
    internal static ImmutableArray<FrontierPoint> ByWeight(Workload workload)
    {
        double alpha = workload.AccuracyWeightSeconds;
        double[] weights = [.. Enumerable.Range(0, Points).Select(i => alpha * Math.Pow(10, (4.0 * i / (Points - 1)) - 2))];
        return
        [
            .. from found in AllocationWishes.Frontier(workload, weights, DecisionBootstrap.Options)
               let at = found.Performance
               select new FrontierPoint(at.AccuracyWeightSeconds, at.Accuracy, at.MeanSystemTimeSeconds) { BudgetTokens = found.Budgets },
        ];
    }

    /// <summary>ℓ*(λ) from 1 % to 98 % of the arrival rate at which nothing is stable any more.</summary>
    internal static ImmutableArray<RatePoint> ByRate(Workload workload)
    {
        double limit = StabilityLimit.WithoutThinking(workload) ?? (100 * workload.ArrivalRatePerSecond);
        double ratio = HighestRateShare / LowestRateShare;
        double[] rates = [.. Enumerable.Range(0, Rates).Select(i => limit * LowestRateShare * Math.Pow(ratio, i / (Rates - 1.0)))];
        return
        [
            .. from row in AllocationWishes.Policy(workload, rates, wholeTokens: false)
               where row.Allocation is not null
               select new RatePoint(row.ArrivalRatePerSecond, row.Allocation!.Budgets),
        ];
    }

    /// <summary>J at one uniform budget; null where the queue is not stable.</summary>
    internal static UniformAllocation? Uniform(Workload workload, int budget) =>
        UniformPolicy.At(workload, budget) is var objective && double.IsFinite(objective)
            ? new UniformAllocation(budget, objective)
            : null;
}
