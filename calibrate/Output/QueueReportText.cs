using System.Globalization;
using System.Text.Json;
using Calibration.Optimizer;
using Calibration.Results;

namespace Calibration.Calibrate.Output;

/// <summary>A simulated queue beside the formulas, as text and as JSON.</summary>
internal static class QueueReportText
{
    internal static void WriteJson(QueueReport report, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            mean_wait_s = Interval(report.WaitSeconds),
            mean_system_time_s = Interval(report.SystemTimeSeconds),
            utilization = Interval(report.Utilization),
            accuracy = Interval(report.Accuracy),
            predicted = new
            {
                mean_wait_s = report.Predicted.MeanWaitSeconds,
                mean_system_time_s = report.Predicted.MeanSystemTimeSeconds,
                utilization = report.Predicted.Utilization,
                accuracy = report.Predicted.Accuracy,
            },
            agrees = report.Agrees,
            tasks = report.Tasks.Select(task => new
            {
                task = task.Task,
                mean_system_time_s = task.SystemTimeSeconds is { } mean ? Interval(mean) : null,
                predicted_mean_system_time_s = task.PredictedSystemTimeSeconds,
                p50_s = task.P50Seconds,
                p95_s = task.P95Seconds,
                p99_s = task.P99Seconds,
            }),
        },
        ResultsJson.Document));

    private static object Interval(SimulatedMean mean) => new { mean = mean.Mean, low = mean.Low, high = mean.High };

    internal static void Write(QueueReport report, string source, TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Simulated queue of {report.Queries:N0} queries × {report.Replications} replications after {report.WarmUp:N0} to warm up, "
                + $"{source}:"));
        foreach (QueueComparison comparison in report.Comparisons)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {comparison.Name,-22} simulated {comparison.Simulated.Mean:0.00000} [{comparison.Simulated.Low:0.00000}, "
                    + $"{comparison.Simulated.High:0.00000}]   formula {comparison.Predicted:0.00000}"));
        }

        foreach (TaskQueueReport task in report.Tasks.Where(task => task.P50Seconds is not null))
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {task.Task,-14} {MeanOf(task)} (formula {task.PredictedSystemTimeSeconds:0.000}), median {task.P50Seconds:0.000}, "
                + $"95 % below {task.P95Seconds:0.000}, 99 % below {task.P99Seconds:0.000}"));
        }

        output.WriteLine("  " + report.Verdict);
    }

    private static string MeanOf(TaskQueueReport task) => task.SystemTimeSeconds is { } mean
        ? string.Create(CultureInfo.InvariantCulture, $"system time {mean.Mean:0.000} s")
        : "no mean system time, because some replications had none of its queries: raise --queries";
}
