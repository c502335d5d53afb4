using Calibration.Fitting;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace Calibration.Tests.Fitting;

/// <summary>One task of Table I with its default grid.</summary>
internal sealed record SyntheticTask(string Name, ExponentialAccuracy Truth, int Largest)
{
    public static IReadOnlyList<SyntheticTask> All { get; } =
    [
        new("aime", new ExponentialAccuracy(0.6808, 0.000159, 0.0), 16384),
        new("gsm8k", new ExponentialAccuracy(0.723, 0.0032, 0.277), 2048),
        new("gpqa", new ExponentialAccuracy(0.3552, 0.000441, 0.276), 8192),
        new("cruxeval", new ExponentialAccuracy(0.4379, 0.000563, 0.0), 8192),
        new("bbh", new ExponentialAccuracy(0.7146, 0.00175, 0.148), 4096),
        new("arc", new ExponentialAccuracy(0.3933, 0.166, 0.49), 256),
    ];

    public int[] Budgets => [0, .. Enumerable.Range(0, 9).Select(i => Largest >> (8 - i))];
}

/// <summary>Answers correlated as real traces are: nested over the budgets of a run, runs of a problem sharing its difficulty.</summary>
internal static class SyntheticTraces
{
    public static List<AccuracyObservation> Draw(
        Func<double, double> probability, int[] budgets, int problems, int runs, double correlation, Xoshiro256StarStar random)
    {
        var observations = new List<AccuracyObservation>(problems * runs * budgets.Length);
        double[] p = Array.ConvertAll(budgets, b => probability(b));
        for (int problem = 0; problem < problems; problem++)
        {
            string name = "p" + problem;
            double shared = Normal.Sample(random, 0, 1);
            for (int run = 0; run < runs; run++)
            {
                double z = (Math.Sqrt(correlation) * shared) + (Math.Sqrt(1 - correlation) * Normal.Sample(random, 0, 1));
                double u = Normal.CDF(0, 1, z);
                for (int j = 0; j < budgets.Length; j++)
                    observations.Add(new AccuracyObservation(name, run, budgets[j], u < p[j]));
            }
        }

        return observations;
    }

    /// <summary>
    /// Nested answers: a (problem, run) is right where its level lies below the curve; with probability
    /// <paramref name="share"/> the level is the problem's own, the same for all of its runs.
    /// </summary>
    public static AccuracyCell[] Nested(
        Func<double, double> probability, int[] budgets, int problems, int runs, double share, Xoshiro256StarStar random) =>
        Cells(budgets, problems, runs, () =>
        {
            double own = random.NextDouble();
            return () =>
            {
                double each = random.NextDouble(), level = random.NextDouble() < share ? own : each;
                return budget => level < probability(budget);
            };
        });

    /// <summary>
    /// Answers that also go back: right where Φ(√0.7 z + √0.3 e) lies below the curve, z half the problem's and half the run's, e
    /// fresh at each budget.
    /// </summary>
    public static AccuracyCell[] Walk(Func<double, double> probability, int[] budgets, int problems, int runs, Xoshiro256StarStar random) =>
        Cells(budgets, problems, runs, () =>
        {
            double own = Normal.Sample(random, 0, 1);
            return () =>
            {
                double z = (Math.Sqrt(0.5) * own) + (Math.Sqrt(0.5) * Normal.Sample(random, 0, 1));
                return budget =>
                    Normal.CDF(0, 1, (Math.Sqrt(0.7) * z) + (Math.Sqrt(0.3) * Normal.Sample(random, 0, 1))) < probability(budget);
            };
        });

    private static AccuracyCell[] Cells(int[] budgets, int problems, int runs, Func<Func<Func<int, bool>>> drawProblem)
    {
        var correct = new int[problems * budgets.Length];
        for (int problem = 0; problem < problems; problem++)
        {
            Func<Func<int, bool>> drawRun = drawProblem();
            for (int run = 0; run < runs; run++)
            {
                Func<int, bool> isRight = drawRun();
                for (int j = 0; j < budgets.Length; j++)
                    correct[(problem * budgets.Length) + j] += isRight(budgets[j]) ? 1 : 0;
            }
        }

        return [.. correct.Select((count, i) => new AccuracyCell($"p{i / budgets.Length:000}", budgets[i % budgets.Length], runs, count))];
    }
}
