using MathNet.Numerics.Distributions;

namespace Calibration.Optimizer;

/// <summary>
/// Hotelling's test that the means of several quantities over independent replications are all 0: T² = n·z̄ᵀS⁻¹z̄, of which
/// (n − p)/(p(n − 1)) T² has an F law. Quantities that the others determine are omitted; one that never varies must be 0 itself.
/// </summary>
internal static class JointMeanTest
{
    /// <summary>
    /// Share of a quantity's variance that the ones before it may leave unexplained before it counts as determined by them.
    /// </summary>
    private const double Determined = 1e-8;

    /// <summary>Relative to a quantity's size: a deviation below it is rounding.</summary>
    private const double Rounding = 1e-9;

    /// <summary>The test's p-value; 0 where a quantity that never varies is not 0.</summary>
    /// <param name="rows">One row per replication: observed less expected.</param>
    /// <param name="sizes">The size of each quantity.</param>
    internal static double PValue(double[][] rows, double[] sizes)
    {
        int n = rows.Length, p = sizes.Length;
        double[] mean = [.. Enumerable.Range(0, p).Select(j => rows.Average(row => row[j]))];
        double[] deviation =
        [
            .. Enumerable.Range(0, p).Select(j => Math.Sqrt(rows.Sum(row => (row[j] - mean[j]) * (row[j] - mean[j])) / (n - 1))),
        ];
        var basis = new List<double[]>();
        double statistic = 0;
        for (int j = 0; j < p; j++)
        {
            if (!(deviation[j] > Rounding * sizes[j]))
            {
                if (Math.Abs(mean[j]) > Rounding * sizes[j])
                    return 0;
                continue;
            }

            // Gram and Schmidt on the centred columns in units of their deviations: what is new in column j, and the mean of the same sum.
            double[] column = [.. rows.Select(row => (row[j] - mean[j]) / deviation[j]), mean[j] / deviation[j]];
            foreach (double[] known in basis)
            {
                double share = Dot(column, known, n);
                for (int i = 0; i <= n; i++)
                    column[i] -= share * known[i];
            }

            double left = Dot(column, column, n);
            if (left < Determined * n)
                continue;
            double scale = 1 / Math.Sqrt(left);
            for (int i = 0; i <= n; i++)
                column[i] *= scale;
            basis.Add(column);
            statistic += n * (n - 1) * column[n] * column[n];
        }

        int rank = basis.Count;
        if (rank == 0)
            return 1;
        return n <= rank ? double.NaN : 1 - FisherSnedecor.CDF(rank, n - rank, statistic * (n - rank) / (rank * (n - 1.0)));
    }

    private static double Dot(double[] a, double[] b, int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
