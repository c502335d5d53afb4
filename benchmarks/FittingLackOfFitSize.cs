using System.Globalization;
using Calibration.Fitting;
using Calibration.Tests.Fitting;
using MathNet.Numerics.Random;

namespace Calibration.Benchmarks;

/// <summary>
/// How often the lack-of-fit test rejects at 1 %: true exponentials (its size) and other shapes (its power), by the number of
/// problems and runs and by how far the runs of a problem repeat one another.
/// </summary>
internal static class FittingLackOfFitSize
{
    private static readonly AccuracyFitOptions Options = new() { CompareRivals = false };

    public static int Run(string[] args)
    {
        int sets = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2000;
        int powerSets = Math.Max(1, sets / 2);
        Console.WriteLine($"Share of sets with a p-value below 1 %: {sets} sets of true exponentials, {powerSets} of other shapes");
        SyntheticTask gsm8k = Task("gsm8k");
        foreach ((int problems, int runs, double[] shares) in new[]
        {
            (60, 3, new[] { 0.6, 1 }),
            (100, 2, [0.6, 0.9]),
            (250, 3, [0.6, 0.9]),
        })
        {
            foreach (double share in shares)
                Nested($"null gsm8k, nested, share {share}", gsm8k, gsm8k.Truth.At, (problems, runs, share), sets);
            Walk("null gsm8k, walk", gsm8k, gsm8k.Truth.At, (problems, runs), sets);
        }

        foreach (SyntheticTask task in new[] { Task("arc"), Task("bbh") })
        {
            Nested($"null {task.Name}, nested, share 0.6", task, task.Truth.At, (60, 3, 0.6), sets);
            Nested($"null {task.Name}, nested, share 1", task, task.Truth.At, (60, 3, 1), sets);
            Walk($"null {task.Name}, walk", task, task.Truth.At, (60, 3), sets);
        }

        var toOne = new HillAccuracy(0.723, 256, 2, 0.277);
        var below = new HillAccuracy(0.70, 256, 2, 0.15);
        foreach ((int problems, int runs) in new[] { (100, 2), (60, 3) })
        {
            Nested("power Hill s = 2 to 1, nested", gsm8k, toOne.At, (problems, runs, 0.6), powerSets);
            Nested("power Hill s = 2 to 0.85, nested", gsm8k, below.At, (problems, runs, 0.6), powerSets);
            Walk("power Hill s = 2 to 0.85, walk", gsm8k, below.At, (problems, runs), powerSets);
        }

        return 0;
    }

    private static SyntheticTask Task(string name) => SyntheticTask.All.Single(task => task.Name == name);

    private static void Nested(
        string name, SyntheticTask task, Func<double, double> curve, (int Problems, int Runs, double Share) size, int sets) =>
        Report(
            name,
            size.Problems,
            size.Runs,
            sets,
            random => SyntheticTraces.Nested(curve, task.Budgets, size.Problems, size.Runs, size.Share, random));

    private static void Walk(string name, SyntheticTask task, Func<double, double> curve, (int Problems, int Runs) size, int sets) =>
        Report(name, size.Problems, size.Runs, sets, random => SyntheticTraces.Walk(curve, task.Budgets, size.Problems, size.Runs, random));

    private static void Report(string name, int problems, int runs, int sets, Func<Xoshiro256StarStar, AccuracyCell[]> draw)
    {
        var fits = new AccuracyFit[sets];
        Parallel.For(0, sets, i => fits[i] = AccuracyFitter.Fit(draw(new Xoshiro256StarStar((i * 6011) + 99, false)), Options));
        double share = (double)fits.Count(fit => fit.LackOfFitPValue < 0.01) / sets, error = Math.Sqrt(share * (1 - share) / sets);
        string verdicts = string.Join(
            ' ', Enum.GetValues<Verdict>().Select(verdict => $"{verdict} {fits.Count(fit => fit.Verdict == verdict)}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
                $"{problems,4} x {runs}  {name,-34} {100 * share,6:F2} ± {100 * error:F2} %  verdicts {verdicts}"));
    }
}
