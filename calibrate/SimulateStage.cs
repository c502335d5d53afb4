using System.Collections.Immutable;
using System.Globalization;
using Calibration.Optimizer;
using Calibration.Report;

namespace Calibration.Calibrate;

/// <summary>The queue at an allocation, simulated beside the formulas.</summary>
internal static class SimulateStage
{
    internal static async Task RunAsync(RunAllocation allocation, RunFits fits, int queries, int replications, int seed, TextWriter output)
    {
        // At a decided allocation every task is a constant: its accuracy and its service time there.
        ImmutableArray<TaskModel> tasks = [.. allocation.Tasks.Select(task => TaskModel.Held(task.Task, task.Probability, task.Accuracy, task.ServiceSeconds))];
        var workload = new Workload(allocation.ArrivalRatePerSecond, allocation.AccuracyWeightSeconds, tasks);
        var budgets = new double[tasks.Length];
        SimulatedOutcome[] outcomes = [.. Enumerable.Range(0, replications).AsParallel().AsOrdered().Select(replication => QueueSimulation.Run(workload, budgets, queries, queries / 10, unchecked((seed * 1_000_003) + replication)))];
        Performance predicted = workload.At(budgets);
        await output.WriteLineAsync($"Queue of {queries:N0} queries × {replications} replications at the allocation of {allocation.Source}{(fits.Simulated ? " (simulated endpoint)" : "")}:");
        await ReportAsync("mean wait (s)", outcomes.Select(outcome => outcome.MeanWaitSeconds), predicted.MeanWaitSeconds);
        await ReportAsync("mean system time (s)", outcomes.Select(outcome => outcome.MeanSystemTimeSeconds), predicted.MeanSystemTimeSeconds);
        await ReportAsync("utilization", outcomes.Select(outcome => outcome.Utilization), predicted.Utilization);
        await ReportAsync("accuracy", outcomes.Select(outcome => outcome.Accuracy), predicted.Accuracy);

        Task ReportAsync(string name, IEnumerable<double> values, double formula)
        {
            double[] all = [.. values];
            double mean = all.Average(), error = Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1) / all.Length);
            string verdict = Math.Abs(mean - formula) <= 1.96 * error ? "agrees" : "OUTSIDE the 95 % interval";
            return output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {name,-22} simulated {mean:0.00000} ± {1.96 * error:0.00000}   formula {formula:0.00000}   {verdict}"));
        }
    }
}
