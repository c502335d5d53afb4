using System.Collections.Immutable;
using System.Globalization;
using Calibration.Optimizer;
using Calibration.Results;

namespace Calibration.Analysis;

/// <summary>The operating point that an allocation is for. Every artefact of the allocation names it.</summary>
/// <param name="ArrivalRatePerSecond">Arrival rate λ of all queries.</param>
/// <param name="AccuracyWeightSeconds">Accuracy weight α in J.</param>
/// <param name="MaxBudgetTokens">Largest allowed budget ℓ_max.</param>
/// <param name="Shares">
/// Shares of the tasks as they were asked for, by their names in files, to 12 decimals: also of tasks that are left out of the allocation
/// for missing data, so that a point stays the same when the data are completed.
/// </param>
public sealed record AllocationPoint(
    double ArrivalRatePerSecond, double AccuracyWeightSeconds, double MaxBudgetTokens, ImmutableSortedDictionary<string, double> Shares)
{
    /// <summary>Speed of a server with slots; absent for one query at a time.</summary>
    public ImmutableArray<double>? ServerSpeed { get; init; }

    /// <summary>The point of an allocation.</summary>
    public static AllocationPoint Of(RunAllocation allocation)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        double present = 1 - allocation.LeftOut.Sum(task => task.Share);
        IEnumerable<(string Task, double Share)> asked =
        [
            .. allocation.Tasks.Select(task => (task.Task, task.Probability * present)),
            .. allocation.LeftOut.Where(task => task.Share > 0).Select(task => (task.Task, task.Share)),
        ];
        return new AllocationPoint(
            allocation.ArrivalRatePerSecond,
            allocation.AccuracyWeightSeconds,
            allocation.MaxBudgetTokens,
            asked.ToImmutableSortedDictionary(task => task.Task, task => Math.Round(task.Share, 12), StringComparer.Ordinal))
        {
            ServerSpeed = allocation.ServerSpeed,
        };
    }

    /// <summary>The point of a workload from elsewhere.</summary>
    public static AllocationPoint Of(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return new AllocationPoint(
            workload.ArrivalRatePerSecond,
            workload.AccuracyWeightSeconds,
            workload.Tasks.Max(task => task.LargestBudgetTokens),
            workload.Tasks.ToImmutableSortedDictionary(task => task.Task, task => task.Probability, StringComparer.Ordinal))
        {
            ServerSpeed = workload.Server.IsOneAtATime ? null : workload.Server.Speed,
        };
    }

    /// <summary>The point in words, for tables, figures, the report and the console.</summary>
    public string Caption => string.Create(
        CultureInfo.InvariantCulture, $"λ = {ArrivalRatePerSecond:G6}/s, α = {AccuracyWeightSeconds:G6} s, ℓ ≤ {MaxBudgetTokens}, shares "
            + $"{SharesShown}{ServerShown}");

    /// <summary>A folder's name for the point: λ, α, and a hash of all else that it consists of. Equal points have equal names.</summary>
    public string FolderName =>
        string.Create(CultureInfo.InvariantCulture, $"{ArrivalRatePerSecond:R}-{AccuracyWeightSeconds:R}-{ShortHash.Of(Canonical)}");

    /// <summary>
    /// All else in one text, part by part. A part that is added later is left out where it is absent, so that the names of points
    /// without it stay.
    /// </summary>
    private string Canonical => string.Join(
        ';',
        [
            "shares=" + string.Join(
                ',', Shares.Select(share => string.Create(CultureInfo.InvariantCulture, $"{share.Key}:{share.Value:R}"))),
            string.Create(CultureInfo.InvariantCulture, $"max_budget={MaxBudgetTokens:R}"),
            .. ServerSpeed is { } speed
                ? ["server=" + string.Join(',', speed.Select(phi => phi.ToString("R", CultureInfo.InvariantCulture)))]
                : Array.Empty<string>(),
        ]);

    private string ServerShown => ServerSpeed is { } speed
        ? string.Create(CultureInfo.InvariantCulture, $", server of {speed.Length} slots, φ({speed.Length}) = {speed[^1]:0.###}")
        : "";

    private string SharesShown => Shares.Values.Distinct().Count() == 1
        ? $"{(Shares.Count == 1 ? "1" : $"1/{Shares.Count} each")} ({string.Join(", ", Shares.Keys)})"
        : string.Join(", ", Shares.Select(share => string.Create(CultureInfo.InvariantCulture, $"{share.Key} {share.Value:0.####}")));
}
