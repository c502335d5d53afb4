using System.Globalization;
using Calibration.Fitting;
using Calibration.Tests.Fitting;
using MathNet.Numerics.Random;

namespace Calibration.Benchmarks;

/// <summary>How often the lack-of-fit test rejects true exponentials, and how often a logistic curve in log ℓ, by number of problems.</summary>
internal static class FittingLackOfFitSize
{
    public static int Run(string[] args)
    {
        int experiments = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2000;
        Console.WriteLine($"{experiments} experiments each, 3 runs, p-values below 1 % and 5 %, and verdicts LackOfFit");
        foreach (int problems in new[] { 60, 100, 250 })
        {
            foreach (double correlation in new[] { 0, 0.5, 0.8 })
            {
                foreach (SyntheticTask task in SyntheticTask.All)
                    Report($"{task.Name} exponential", task.Truth.At, task, problems, correlation, experiments);
            }

            SyntheticTask grid = SyntheticTask.All.Single(t => t.Name == "gsm8k");
            Report("logistic, power", l => 0.04 + (0.6 / (1 + Math.Pow(200 / Math.Max(l, 1e-9), 2.5))), grid, problems, 0.5, experiments);
        }

        return 0;
    }

    private static void Report(string name, Func<double, double> curve, SyntheticTask task, int problems, double correlation, int experiments)
    {
        var fits = new AccuracyFit[experiments];
        var options = new AccuracyFitOptions { CompareRivals = false };
        Parallel.For(0, experiments, i => fits[i] = AccuracyFitter.Fit(
            SyntheticTraces.Draw(curve, task.Budgets, problems, 3, correlation, new Xoshiro256StarStar((i * 6011) + 99, false)), options));
        double Share(Func<AccuracyFit, bool> of) => 100.0 * fits.Count(of) / experiments;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{problems,4} problems, r = {correlation:F1}, {name,-22} {Share(f => f.LackOfFitPValue < 0.01),6:F2}% {Share(f => f.LackOfFitPValue < 0.05),6:F2}% {Share(f => f.Verdict == Verdict.LackOfFit),6:F2}%"));
    }
}
