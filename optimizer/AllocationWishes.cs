using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>The most accurate allocation under a wish, with the weight α at which the solver gives it.</summary>
/// <param name="AccuracyWeightSeconds">α, in seconds per unit of accuracy.</param>
/// <param name="Allocation">The best allocation at this α; every allocation of higher accuracy takes longer.</param>
/// <param name="NextAccuracyWeightSeconds">
/// The next larger α that was tried, at which the wish does not hold; null where the wish holds at the largest α. Between the two the
/// frontier has no point: it jumps there where shapes are not concave.
/// </param>
public sealed record WishedAllocation(double AccuracyWeightSeconds, ProvedAllocation Allocation, double? NextAccuracyWeightSeconds);

/// <summary>
/// What people ask for instead of α: the frontier of accuracy against mean system time is followed by α. Along it both rise with α, so
/// the last α at which a wish holds is found by halving. Points between two neighbours of a frontier that jumps cannot be reached by
/// any α.
/// </summary>
public static class AllocationWishes
{
    private const double SmallestWeight = 1e-3;
    private const double LargestWeight = 1e7;
    private const int Halvings = 60;
    private const double WeightTolerance = 1e-9;

    /// <summary>
    /// Highest accuracy on the frontier with a mean system time of at most <paramref name="seconds"/>; null where none has.
    /// </summary>
    /// <param name="workload">The workload; its own α is not used.</param>
    /// <param name="seconds">Largest mean system time τ.</param>
    /// <param name="options">When each solution stops.</param>
    public static WishedAllocation? WithMeanTime(Workload workload, double seconds, SolverOptions? options = null) =>
        Last(workload, at => at.Performance.MeanSystemTimeSeconds <= seconds, options, Halvings);

    /// <summary>
    /// Shortest mean system time on the frontier with an accuracy of at least <paramref name="accuracy"/>; null where none has.
    /// </summary>
    /// <param name="workload">The workload; its own α is not used.</param>
    /// <param name="accuracy">Smallest mean accuracy a.</param>
    /// <param name="options">When each solution stops.</param>
    public static WishedAllocation? WithAccuracy(Workload workload, double accuracy, SolverOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(workload);
        if (At(workload, LargestWeight, options).Performance.Accuracy < accuracy)
            return null;
        WishedAllocation? below = Last(workload, at => at.Performance.Accuracy < accuracy, options, Halvings);
        double weight = below?.NextAccuracyWeightSeconds ?? SmallestWeight;
        return new WishedAllocation(weight, At(workload, weight, options), null);
    }

    /// <summary>
    /// Highest accuracy on the frontier with a simulated percentile of the system time whose interval lies wholly at or below
    /// <paramref name="seconds"/>; null where none has.
    /// </summary>
    /// <param name="workload">The workload; its own α is not used.</param>
    /// <param name="seconds">Largest percentile τ.</param>
    /// <param name="simulate">The simulated percentile of an allocation, with its interval: <c>QueuePercentile.Of</c>.</param>
    /// <param name="options">When each solution stops.</param>
    public static WishedAllocation? WithPercentile(
        Workload workload, double seconds, Func<Workload, ImmutableArray<double>, SimulatedMean> simulate, SolverOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(simulate);
        return Last(workload, at => simulate(workload, at.Budgets).High <= seconds, options, 25);
    }

    /// <summary>
    /// ℓ*(λ) at each arrival rate, for a gateway that follows the load; a rate at which nothing is stable has no allocation.
    /// </summary>
    /// <param name="workload">The workload; its own λ is not used.</param>
    /// <param name="arrivalRatesPerSecond">Arrival rates, in queries per second.</param>
    /// <param name="wholeTokens">Whether budgets are integers.</param>
    public static ImmutableArray<PolicyRow> Policy(Workload workload, IEnumerable<double> arrivalRatesPerSecond, bool wholeTokens = true)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(arrivalRatesPerSecond);
        return
        [
            .. from rate in arrivalRatesPerSecond
               let there = workload with { ArrivalRatePerSecond = rate }
               let best = wholeTokens ? AllocationSolver.SolveInteger(there) : AllocationSolver.Solve(there)
               select new PolicyRow(rate, best.Status == ProofStatus.Infeasible ? null : best, LimitOf(best.Performance)),
        ];
    }

    /// <summary>The best allocation at each weight, in the order given.</summary>
    /// <param name="workload">The workload; its own α is not used.</param>
    /// <param name="accuracyWeightsSeconds">Weights α.</param>
    /// <param name="options">When each solution stops.</param>
    public static ImmutableArray<ProvedAllocation> Frontier(
        Workload workload, IEnumerable<double> accuracyWeightsSeconds, SolverOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(accuracyWeightsSeconds);
        return [.. accuracyWeightsSeconds.Select(weight => At(workload, weight, options))];
    }

    private static double? LimitOf(Performance performance) =>
        performance.MeanServiceSeconds > 0 ? performance.Server.FullSpeed / performance.MeanServiceSeconds : null;

    private static ProvedAllocation At(Workload workload, double weight, SolverOptions? options) =>
        AllocationSolver.Solve(workload with { AccuracyWeightSeconds = weight }, options);

    /// <summary>The largest weight at which a wish holds that holds up to some weight, by halving on a logarithmic scale.</summary>
    private static WishedAllocation? Last(Workload workload, Func<ProvedAllocation, bool> holds, SolverOptions? options, int halvings)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ProvedAllocation best = At(workload, SmallestWeight, options);
        if (best.Status == ProofStatus.Infeasible || !holds(best))
            return null;
        ProvedAllocation most = At(workload, LargestWeight, options);
        if (holds(most))
            return new WishedAllocation(LargestWeight, most, null);
        double low = SmallestWeight, high = LargestWeight;
        for (int i = 0; i < halvings && high / low > 1 + WeightTolerance; i++)
        {
            double middle = Math.Sqrt(low * high);
            ProvedAllocation there = At(workload, middle, options);
            if (holds(there))
                (low, best) = (middle, there);
            else
                high = middle;
        }

        return new WishedAllocation(low, best, high);
    }
}

/// <summary>One row of a policy table.</summary>
/// <param name="ArrivalRatePerSecond">Arrival rate λ.</param>
/// <param name="Allocation">ℓ*(λ); null where nothing is stable.</param>
/// <param name="StabilityLimitPerSecond">Arrival rate from which on these budgets are not stable; null where there is none.</param>
public sealed record PolicyRow(double ArrivalRatePerSecond, ProvedAllocation? Allocation, double? StabilityLimitPerSecond);
