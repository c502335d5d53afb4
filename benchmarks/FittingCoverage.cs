using System.Globalization;
using Calibration.Fitting;
using Calibration.Tests.Fitting;
using MathNet.Numerics.Random;

namespace Calibration.Benchmarks;

/// <summary>Coverage of the intervals, verdicts and size of the lack-of-fit test on synthetic experiments from Table I.</summary>
internal static class FittingCoverage
{
    public static int Run(string[] args)
    {
        if (args is ["near-one", .. string[] rest])
            return NearOne(rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 2000);
        int experiments = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2000;
        double[] correlations = args.Length > 1 ? [double.Parse(args[1], CultureInfo.InvariantCulture)] : [0.5, 0, 0.8];
        FitMethod method = args.Contains("wls") ? FitMethod.WeightedLeastSquares : FitMethod.MaximumLikelihood;
        int problems = args.Where(a => a.StartsWith("problems=", StringComparison.Ordinal)).Select(a =>
            int.Parse(a[9..], CultureInfo.InvariantCulture)).DefaultIfEmpty(250).First();
        foreach (double correlation in correlations)
            Study(experiments, correlation, method, problems);
        return 0;
    }

    /// <summary>Intervals near A + D = 1, where the curve is not saturated at the largest budget: b times that budget is bL.</summary>
    private static int NearOne(int experiments)
    {
        Console.WriteLine(
            $"{experiments} experiments, A = 0.723, nested answers, share 0.6; coverage of the given intervals, and with verdict "
                + $"Identified or AtBound alone");
        Console.WriteLine("A + D  size      bL      A         b         D      | given that verdict: A, b, D          | verdicts");
        foreach ((double ceiling, int problems, int runs) in new[] { (1.0, 100, 2), (1.0, 250, 3), (0.95, 100, 2) })
        {
            foreach (double rate in new[] { 1.0, 2, 3, 4, 6.5, 20 })
            {
                SyntheticTask grid = SyntheticTask.All.Single(task => task.Name == "gsm8k");
                var truth = new ExponentialAccuracy(0.723, rate / grid.Largest, ceiling - 0.723);
                var fits = new AccuracyFit[experiments];
                Parallel.For(0, experiments, i => fits[i] = AccuracyFitter.Fit(
                    SyntheticTraces.Nested(truth.At, grid.Budgets, problems, runs, 0.6, new Xoshiro256StarStar((i * 7919) + 12345, false)),
                    new AccuracyFitOptions { CompareRivals = false }));
                AccuracyFit[] used = [.. fits.Where(f => f.Verdict is Verdict.Identified or Verdict.AtBound)];
                string verdicts = string.Join(' ', Enum.GetValues<Verdict>().Select(v => fits.Count(f => f.Verdict == v)));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{ceiling,-5}  {problems,3} x {runs}  {rate,4}  {Covers(fits, truth)} | {Covers(used, truth)} | {verdicts} | misses "
                        + $"{MissesOf(fits, truth)}"));
            }
        }

        return 0;
    }

    private static string MissesOf(AccuracyFit[] fits, ExponentialAccuracy truth) =>
        string.Join(" ", Misses(fits, f => f.A, truth.A), Misses(fits, f => f.B, truth.B), Misses(fits, f => f.D, truth.D));

    private static string Covers(AccuracyFit[] fits, ExponentialAccuracy truth) =>
        string.Join(" ", Cover(fits, f => f.A, truth.A), Cover(fits, f => f.B, truth.B), Cover(fits, f => f.D, truth.D));

    private static void Study(int experiments, double correlation, FitMethod method, int problems)
    {
        Console.WriteLine($"{experiments} experiments a task, {problems} problems x 3 runs, correlation {correlation}, {method}");
        Console.WriteLine("task        A cover   b cover   D cover  | Ident AtBnd NotId LackF | LOF<1% LOF<5% | low/high misses A b D");
        var options = new AccuracyFitOptions { Method = method, CompareRivals = false };
        foreach (SyntheticTask task in SyntheticTask.All)
        {
            var fits = new AccuracyFit[experiments];
            Parallel.For(0, experiments, i => fits[i] = AccuracyFitter.Fit(
                SyntheticTraces.Draw(
                    task.Truth.At, task.Budgets, problems, 3, correlation, new Xoshiro256StarStar((i * 7919) + 12345, false)), options));
            Report(task, fits);
        }
    }

    private static void Report(SyntheticTask task, AccuracyFit[] fits)
    {
        string a = Cover(fits, f => f.A, task.Truth.A), b = Cover(fits, f => f.B, task.Truth.B), d = Cover(fits, f => f.D, task.Truth.D);
        int[] verdicts = [.. Enum.GetValues<Verdict>().Select(v => fits.Count(f => f.Verdict == v))];
        double one = fits.Count(f => f.LackOfFitPValue < 0.01) * 100.0 / fits.Length, five =
            fits.Count(f => f.LackOfFitPValue < 0.05) * 100.0 / fits.Length;
        string misses = string.Join(
            " ", Misses(fits, f => f.A, task.Truth.A), Misses(fits, f => f.B, task.Truth.B), Misses(fits, f => f.D, task.Truth.D));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{task.Name,-9} {a} {b} {d} | {verdicts[0],5} {verdicts[1],5} {verdicts[2],5} {verdicts[3],5} | {one,6:F2} {five,6:F2} | "
                + $"{misses}"));
    }

    private static string Cover(AccuracyFit[] fits, Func<AccuracyFit, ParameterEstimate> parameter, double truth)
    {
        Interval[] intervals = [.. fits.Select(f => parameter(f).Interval).OfType<Interval>()];
        return string.Create(CultureInfo.InvariantCulture, $"{100.0 * intervals.Count(i => i.Contains(truth)) / intervals.Length,8:F2}%");
    }

    private static string Misses(AccuracyFit[] fits, Func<AccuracyFit, ParameterEstimate> parameter, double truth)
    {
        Interval[] intervals = [.. fits.Select(f => parameter(f).Interval).OfType<Interval>()];
        return $"{intervals.Count(i => truth < i.Low)}/{intervals.Count(i => truth > i.High)}";
    }
}
