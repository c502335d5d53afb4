using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Fitting.Statistics;
using MathNet.Numerics.Distributions;

namespace Calibration.Analysis.Comparing;

/// <summary>Accuracy at the budgets that two runs have in common, clustered by problem.</summary>
internal static class AccuracyDifferences
{
    private const double Level = 0.95;

    /// <summary>One comparison per common budget.</summary>
    /// <param name="before">Answers of the old run.</param>
    /// <param name="after">Answers of the new run.</param>
    /// <param name="paired">Whether problems of one name are the same problem.</param>
    internal static ImmutableArray<AccuracyDifference> Of(IEnumerable<AccuracyCell> before, IEnumerable<AccuracyCell> after, bool paired)
    {
        ILookup<int, AccuracyCell> old = before.Where(cell => cell.Answers > 0).ToLookup(cell => cell.BudgetTokens);
        ILookup<int, AccuracyCell> now = after.Where(cell => cell.Answers > 0).ToLookup(cell => cell.BudgetTokens);
        return
        [
            .. from budget in old.Select(at => at.Key).Intersect(now.Select(at => at.Key)).Order()
               let found = paired ? Paired(budget, old[budget], now[budget]) : Unpaired(budget, old[budget], now[budget])
               where found is not null
               select found,
        ];
    }

    /// <summary>The mean over common problems of the difference of their shares of right answers, each problem weighing alike.</summary>
    private static AccuracyDifference? Paired(int budget, IEnumerable<AccuracyCell> before, IEnumerable<AccuracyCell> after)
    {
        Dictionary<string, double> old = before.ToDictionary(cell => cell.Problem, Share, StringComparer.Ordinal);
        (double Old, double New)[] pairs =
        [
            .. from cell in after
               where old.ContainsKey(cell.Problem)
               select (old[cell.Problem], Share(cell)),
        ];
        if (pairs.Length < 2)
            return null;
        int better = pairs.Count(pair => pair.New > pair.Old), worse = pairs.Count(pair => pair.New < pair.Old);
        double sign = SignTest.PValue(better, worse);
        (Interval interval, double p) = Test(new Mean([.. pairs.Select(pair => pair.New - pair.Old)]), default);
        return new AccuracyDifference
        {
            BudgetTokens = budget,
            Old = pairs.Average(pair => pair.Old),
            New = pairs.Average(pair => pair.New),
            Interval = interval,
            Better = better,
            Worse = worse,
            SignPValue = sign,
            PValue = Math.Max(p, sign),
        };
    }

    private static AccuracyDifference? Unpaired(int budget, IEnumerable<AccuracyCell> before, IEnumerable<AccuracyCell> after)
    {
        double[] old = [.. before.Select(Share)], now = [.. after.Select(Share)];
        if (old.Length < 2 || now.Length < 2)
            return null;
        (Interval interval, double p) = Test(new Mean(now), new Mean(old));
        return new AccuracyDifference
        {
            BudgetTokens = budget,
            Old = old.Average(),
            New = now.Average(),
            Interval = interval,
            Better = 0,
            Worse = 0,
            PValue = p,
        };
    }

    /// <summary>
    /// Student's t on a mean, or Welch's on a difference of two. Where no problem differs there is no variance; the interval is then that
    /// of one problem in which they would.
    /// </summary>
    private static (Interval Interval, double PValue) Test(Mean first, Mean second)
    {
        double difference = first.Value - second.Value, variance = first.Variance + second.Variance;
        double freedom = variance > 0
            ? variance * variance / (first.PerFreedom + second.PerFreedom)
            : Math.Max(1, first.Count + second.Count - 2);
        double error = Math.Sqrt(variance);
        double half = error > 0 ? Quantiles.TwoSided(Level, freedom) * error : 3.0 / Math.Max(first.Count, second.Count);
        double p = error > 0 ? 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(difference / error)) : difference == 0 ? 1 : 0;
        return (new Interval(Math.Max(-1, difference - half), Math.Min(1, difference + half)), p);
    }

    private static double Share(AccuracyCell cell) => (double)cell.Correct / cell.Answers;

    private readonly struct Mean
    {
        internal Mean(double[] values)
        {
            (Count, Value) = (values.Length, values.Average());
            double mean = Value;
            Variance = values.Sum(value => (value - mean) * (value - mean)) / (Count - 1.0) / Count;
        }

        internal int Count { get; }

        internal double Value { get; }

        /// <summary>Variance of the mean.</summary>
        internal double Variance { get; }

        internal double PerFreedom => Count > 1 ? Variance * Variance / (Count - 1) : 0;
    }
}
