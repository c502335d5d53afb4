using Calibration.Fitting.Answers;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Distances;

/// <summary>
/// Covariance V of the proportions, one per budget: clustered by problem, or binomial on the fitted curve where answers are
/// independent.
/// </summary>
/// <remarks>
/// In the basis of the neighbouring differences, their variances are not allowed below those of independent, nested answers on
/// the fitted curve, |Δp| (1 − |Δp|)/n, nor below half an answer's. What is added to one difference is taken from the others in
/// proportion to them, as in a multinomial: raised alone, it would add variance to every later proportion.
/// </remarks>
internal sealed class ProportionCovariance
{
    // Up to so many expected answers of the rarer kind, a proportion without clustered variance gets its binomial one.
    private const double FewAnswers = 2;

    private readonly double _live;
    private readonly int _clusters;

    private ProportionCovariance(Whitening whitening, double live, int clusters) =>
        (Whitening, _live, _clusters) = (whitening, live, clusters);

    /// <summary>The factor of V.</summary>
    public Whitening Whitening { get; }

    /// <summary>
    /// P(the data lie further from a true curve than this distance), Hotelling's T². A difference whose expected variance lies under
    /// the floor of half an answer adds that much less to the distance and counts that much less. With the truth on a bound the
    /// distance is of either dimension half of the time (Chernoff's mixture).
    /// </summary>
    /// <param name="distance">The distance at its minimum.</param>
    /// <param name="parameters">Number of the curve's parameters.</param>
    /// <param name="bounds">How many of them are on a bound there.</param>
    public double Tail(double distance, int parameters, int bounds)
    {
        double restrictions = Math.Max(1, _live - parameters);
        return (Quantiles.HotellingTail(distance, restrictions, _clusters)
            + Quantiles.HotellingTail(distance, restrictions + bounds, _clusters)) / 2;
    }

    /// <param name="table">The answers.</param>
    /// <param name="fitted">Probabilities on the fitted curve, one per budget.</param>
    /// <param name="differences">Covariance of the neighbouring differences; empty where answers are independent.</param>
    public static ProportionCovariance Of(AccuracyTable table, double[] fitted, SquareMatrix differences)
    {
        int m = table.Count;
        if (table.Clusters == 0)
            return new ProportionCovariance(new Whitening(Independent(table, fitted), differences: false), m, 0);
        SquareMatrix v = differences.Copy();
        double live = m - RaiseDifferences(v, table, fitted);
        RaiseLevels(v, table, fitted);
        return new ProportionCovariance(new Whitening(v, differences: true), live, table.Clusters);
    }

    private static SquareMatrix Independent(AccuracyTable table, double[] fitted)
    {
        int m = table.Count;
        var v = new SquareMatrix(m);
        for (int j = 0; j < m; j++)
        {
            // One answer of either kind more, so that a curve that hugs a few answers does not make them certain.
            double n = table.Answers[j], p = ((n * fitted[j]) + 1) / (n + 2);
            v[j, j] = p * (1 - p) / n;
        }

        return v;
    }

    /// <summary>Raises the differences' variances to their floors; returns how many restrictions the floors cost.</summary>
    private static double RaiseDifferences(SquareMatrix v, AccuracyTable table, double[] fitted)
    {
        int m = table.Count;
        double lost = 0;
        var spread = new double[m];
        for (int i = 0; i < m; i++)
        {
            double change = Math.Abs(Cell(i)), n = AnswersAt(table, i), expected = change * (1 - change), floor = Math.Max(
                expected, 0.5 / n) / n;
            double measured = v[i, i];
            lost += 1 - Math.Min(1, Math.Max(expected, measured * n) / (floor * n));
            if (measured >= floor)
                continue;
            double rest = Math.Max(1e-9, 1 - Math.Max(0, Cell(i)));
            for (int k = 0; k < m; k++)
                spread[k] = k == i ? 1 : -Math.Max(0, Cell(k)) / rest;
            for (int k = 0; k < m; k++)
            {
                for (int l = 0; l < m; l++)
                    v[k, l] += (floor - measured) * spread[k] * spread[l];
            }
        }

        return lost;

        double Cell(int i) => i == 0 ? fitted[0] : fitted[i] - fitted[i - 1];
    }

    /// <summary>So must the proportion itself: where every answer is right, the differences add up to 1 without any variance.</summary>
    private static void RaiseLevels(SquareMatrix v, AccuracyTable table, double[] fitted)
    {
        int m = table.Count;
        for (int i = 0; i < m; i++)
        {
            double n = AnswersAt(table, i), level = 0, floor = Math.Clamp(fitted[i] * (1 - fitted[i]), 0.5 / n, FewAnswers / n) / n;
            for (int k = 0; k <= i; k++)
            {
                for (int l = 0; l <= i; l++)
                    level += v[k, l];
            }

            v[i, i] += Math.Max(0, floor - level);
        }
    }

    private static double AnswersAt(AccuracyTable table, int i) =>
        i == 0 ? table.Answers[0] : Math.Min(table.Answers[i], table.Answers[i - 1]);
}
