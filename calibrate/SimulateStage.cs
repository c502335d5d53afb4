using System.Globalization;
using System.Text.Json;
using Calibration.Optimizer;

namespace Calibration.Calibrate;

/// <summary>The queue at an allocation, simulated beside the formulas.</summary>
internal static class SimulateStage
{
    internal static void Run(SimulatedQueue queue, int queries, int replications, int seed, bool asJson, TextWriter output)
    {
        SimulatedOutcome[] outcomes =
        [
            .. Enumerable.Range(0, replications).AsParallel().AsOrdered().Select(replication =>
                QueueSimulation.Run(queue.Workload, queue.Budgets.AsSpan(), queries, Math.Max(queries / 10, 100), unchecked((seed * 1_000_003) + replication))),
        ];
        Performance predicted = queue.Workload.At(queue.Budgets.AsSpan());
        Estimate wait = Of(outcome => outcome.MeanWaitSeconds), system = Of(outcome => outcome.MeanSystemTimeSeconds), busy = Of(outcome => outcome.Utilization);
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    mean_wait_s = wait,
                    mean_system_time_s = system,
                    utilization = busy,
                    predicted = new { mean_wait_s = predicted.MeanWaitSeconds, mean_system_time_s = predicted.MeanSystemTimeSeconds, utilization = predicted.Utilization },
                },
                Calibration.Results.ResultsJson.Document));
            return;
        }

        output.WriteLine($"Simulated queue of {queries:N0} queries × {replications} replications, {queue.Source}:");
        Report("mean wait (s)", wait, predicted.MeanWaitSeconds);
        Report("mean system time (s)", system, predicted.MeanSystemTimeSeconds);
        Report("utilization", busy, predicted.Utilization);
        Report("accuracy", Of(outcome => outcome.Accuracy), predicted.Accuracy);

        Estimate Of(Func<SimulatedOutcome, double> value) => Estimate.Of([.. outcomes.Select(value)]);

        void Report(string name, Estimate estimate, double formula) => output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-22} simulated {estimate.Mean:0.00000} [{estimate.Low:0.00000}, {estimate.High:0.00000}]   formula {formula:0.00000}   {(formula >= estimate.Low && formula <= estimate.High ? "agrees" : "OUTSIDE the 95 % interval")}"));
    }

    /// <summary>A mean over replications with its 95 % interval.</summary>
    private sealed record Estimate(double Mean, double Low, double High)
    {
        internal static Estimate Of(double[] values)
        {
            double mean = values.Average();
            double error = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length);
            double t = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, values.Length - 1, 0.975);
            return new Estimate(mean, mean - (t * error), mean + (t * error));
        }
    }
}
