using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Calibration.Optimizer;
using Calibration.Optimizer.Solving;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Calibrate.Files;

/// <summary>ℓ*(λ) as a table that a gateway can load: integer budgets by arrival rate.</summary>
internal static class PolicyFile
{
    private const int Rates = 40;
    private const double LowestShare = 0.01;
    private const double HighestShare = 0.98;

    /// <summary>
    /// Writes the table from 1 % to 98 % of the arrival rate at which nothing is stable any more; as JSON or CSV by the name.
    /// </summary>
    internal static async Task WriteAsync(string file, Workload workload)
    {
        double limit = StabilityLimit.WithoutThinking(workload) ?? (100 * workload.ArrivalRatePerSecond);
        IEnumerable<double> rates = Enumerable.Range(0, Rates)
            .Select(i => limit * (LowestShare + ((HighestShare - LowestShare) * i / (Rates - 1))));
        PolicyRow[] rows = [.. AllocationWishes.Policy(workload, rates).Where(row => row.Allocation is not null)];
        ImmutableArray<string> tasks = [.. workload.Tasks.Select(task => task.Task)];
        bool isJson = file.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        await AtomicFile.WriteTextAsync(file, isJson ? Json(rows, tasks, workload) : Csv(rows, tasks));
    }

    private static string Json(PolicyRow[] rows, ImmutableArray<string> tasks, Workload workload) => JsonSerializer.Serialize(
        new
        {
            accuracy_weight_s = workload.AccuracyWeightSeconds,
            rows = rows.Select(row => new
            {
                arrival_rate_per_s = row.ArrivalRatePerSecond,
                budget_tokens = tasks.Zip(row.Allocation!.Budgets).ToDictionary(pair => pair.First, pair => (int)pair.Second),
                objective = row.Allocation.Performance.Objective,
                accuracy = row.Allocation.Performance.Accuracy,
                mean_system_time_s = row.Allocation.Performance.MeanSystemTimeSeconds,
                stability_limit_per_s = row.StabilityLimitPerSecond,
            }),
        },
        ResultsJson.Document) + "\n";

    private static string Csv(PolicyRow[] rows, ImmutableArray<string> tasks)
    {
        string[] header = ["arrival_rate_per_s", .. tasks, "objective", "accuracy", "mean_system_time_s", "stability_limit_per_s"];
        return CsvText.Of(rows.Select(Cells).Prepend(header));
    }

    private static string[] Cells(PolicyRow row)
    {
        Performance at = row.Allocation!.Performance;
        double?[] numbers =
        [
            row.ArrivalRatePerSecond,
            .. row.Allocation.Budgets.Select(budget => (double?)budget),
            at.Objective,
            at.Accuracy,
            at.MeanSystemTimeSeconds,
            row.StabilityLimitPerSecond,
        ];
        return [.. numbers.Select(number => number?.ToString("R", CultureInfo.InvariantCulture) ?? "")];
    }
}
