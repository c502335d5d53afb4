using System.Globalization;
using Calibration.Tests.Analysis;

namespace Calibration.Benchmarks;

/// <summary>
/// How often the intervals of J at the decided allocation, and of its gain over the best uniform budget, hold the true values: for the
/// decision over the shapes and for that over the measured budgets, at 100 problems in 2 runs, λ = 0.1 and α = 30.
/// </summary>
internal static class DecisionCoverage
{
    private static readonly string[] Scenarios = ["Table I (control)", "all Hill, s = 1.5", "all Hill, s = 2.5", "falls: GSM8K and BBH"];

    /// <param name="args">Number of experiments per scenario, 1,000 by default; replicates, 200; threads, 1; one scenario's index.</param>
    public static int Run(string[] args)
    {
        int[] numbers = [.. args.Select(arg => int.Parse(arg, CultureInfo.InvariantCulture))];
        int experiments = numbers.Length > 0 ? numbers[0] : 1_000, replicates = numbers.Length > 1 ? numbers[1] : 200;
        int threads = numbers.Length > 2 ? numbers[2] : 1;
        Console.WriteLine($"Share of intervals of 95 % that hold the truth, {experiments} experiments of 100x2, {replicates} replicates");
        Console.WriteLine($"{"scenario",-24} shapes: J        gain             measured: J      gain");
        foreach (string name in numbers.Length > 3 ? [Scenarios[numbers[3]]] : Scenarios)
        {
            var study = new DecisionStudy(DecisionScenario.All.Single(scenario => scenario.Name == name), (100, 2))
            {
                Replicates = replicates,
            };
            var outcomes = new (DecisionStudy.Outcome Shapes, DecisionStudy.Outcome Measured)[experiments];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
            Parallel.For(0, experiments, parallel, i => outcomes[i] = study.Run(i + 1));
            string[] cells =
            [
                Show([.. outcomes.Select(at => at.Shapes.Objective)]), Show([.. outcomes.Select(at => at.Shapes.Gain)]),
                Show([.. outcomes.Select(at => at.Measured.Objective)]), Show([.. outcomes.Select(at => at.Measured.Gain)]),
            ];
            Console.WriteLine($"{name,-24} {string.Join("  ", cells)}");
        }

        return 0;
    }

    /// <summary>Coverage in percent with its standard error, and the mean error of the corrected value.</summary>
    private static string Show(DecisionStudy.Covered[] values)
    {
        double share = values.Count(value => value.Holds) / (double)values.Length;
        double error = Math.Sqrt(share * (1 - share) / values.Length), bias = values.Average(value => value.Said.Value - value.Truth);
        double deviation = Math.Sqrt(values.Average(value => Math.Pow(value.Said.Value - value.Truth - bias, 2)));
        double said = Math.Sqrt(values.Average(value => Math.Pow(value.Said.StandardDeviation, 2)));
        int above = values.Count(value => value.Said.Interval.Low > value.Truth);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * share:0.0} ± {100 * error:0.0} (error {bias:+0.000;-0.000} ± {deviation:0.000}, said {said:0.000}; {above} too high)");
    }
}
