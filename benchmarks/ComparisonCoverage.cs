using System.Globalization;
using Calibration.Analysis;
using Calibration.Tests.Analysis;

namespace Calibration.Benchmarks;

/// <summary>
/// How often a comparison of two runs claims any difference, and how often its interval holds the true loss of keeping the old allocation:
/// for equal truths, and for new truths of other shapes, at 100 problems in 2 runs, λ = 0.1 and α = 30.
/// </summary>
internal static class ComparisonCoverage
{
    private static readonly string[] NewTruths = ["Table I (control)", "all Hill, s = 2.5", "GSM8K S-shaped, 0.04 to 0.95"];

    /// <param name="args">Number of pairs per truth, 1,000 by default; replicates, 200; threads, 1; one truth's index.</param>
    public static int Run(string[] args)
    {
        int[] numbers = [.. args.Select(arg => int.Parse(arg, CultureInfo.InvariantCulture))];
        int pairs = numbers.Length > 0 ? numbers[0] : 1_000, replicates = numbers.Length > 1 ? numbers[1] : 200;
        int threads = numbers.Length > 2 ? numbers[2] : 1;
        if (numbers.Length <= 3)
            Series(pairs, replicates, threads);
        Console.WriteLine($"{pairs} pairs of 100x2 with {replicates} replicates; old truth: {NewTruths[0]}");
        foreach (string name in numbers.Length > 3 ? [NewTruths[numbers[3]]] : NewTruths)
        {
            DecisionStudy Of(string truth) => new(DecisionScenario.All.Single(scenario => scenario.Name == truth), (100, 2))
            {
                Replicates = replicates,
            };
            var study = new ComparisonStudy(Of(NewTruths[0]), Of(name));
            var found = new ComparisonStudy.Pair[pairs];
            Parallel.For(0, pairs, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => found[i] = study.Run(i + 1));
            string decisions = string.Join(", ", Enum.GetValues<Keeping>().Select(keeping =>
                $"{keeping} {found.Count(pair => pair.Decision.Keeping == keeping)}"));
            ComparisonStudy.Pair[] large = [.. found.Where(pair => pair.TrueLoss >= 0.1)];
            Console.WriteLine($"new truth: {name}: any claim {Percent(found, pair => pair.Claims > 0)}; {decisions}");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  loss: true {found.Average(pair => pair.TrueLoss):0.000} s, said {found.Average(pair => pair.Loss.Value):0.000} s "
                    + $"± {Root(found, pair => pair.Loss.StandardDeviation):0.000}, really "
                    + $"± {Root(found, pair => pair.Loss.Value - pair.TrueLoss):0.000}; in its interval "
                    + $"{Percent(found, pair => pair.Holds)}, of at least 0.1 s {Percent(large, pair => pair.Holds)}"));
        }

        return 0;
    }

    /// <summary>Series of three runs with equal truths, whose comparisons with the first share one error.</summary>
    private static void Series(int count, int replicates, int threads)
    {
        var control = new DecisionStudy(DecisionScenario.All.Single(scenario => scenario.Name == NewTruths[0]), (100, 2))
        {
            Replicates = replicates,
        };
        var study = new ComparisonStudy(control, control);
        int claiming = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            if (study.ClaimsOf(i + 1, later: 2) > 0)
                Interlocked.Increment(ref claiming);
        });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{count} series of 3 runs, equal truths: any claim {100.0 * claiming / count:0.0} %"));
    }

    private static double Root(ComparisonStudy.Pair[] pairs, Func<ComparisonStudy.Pair, double> value) =>
        Math.Sqrt(pairs.Average(pair => Math.Pow(value(pair), 2)));

    private static string Percent(ComparisonStudy.Pair[] pairs, Func<ComparisonStudy.Pair, bool> holds) => pairs.Length == 0
        ? "none"
        : string.Create(CultureInfo.InvariantCulture, $"{100.0 * pairs.Count(holds) / pairs.Length:0.0} % of {pairs.Length}");
}
