namespace Calibration.Fitting.Accuracy;

/// <summary>
/// Covariance V of the proportions, one a budget: clustered, G/(G − 1) Σ e_g e_gᵀ of the clusters' influences, or binomial on
/// the fitted curve where answers are independent; and its Cholesky factor.
/// </summary>
/// <remarks>
/// Nested answers make neighbouring proportions equal or nearly so: V is taken in the basis of their differences, whose
/// variances are not allowed below those of independent, nested traces on the fitted curve, |Δp| (1 − |Δp|) / n, nor below
/// half an answer's. So budgets that are all right, all wrong or identical neither divide by zero nor count as certain.
/// </remarks>
internal sealed class ProportionCovariance
{
    // Up to so many expected answers of the rarer kind, a proportion without clustered variance gets its binomial one.
    private const double FewAnswers = 2;

    private readonly bool _differences;
    private readonly int _m;
    private readonly double[] _factor;

    public ProportionCovariance(AccuracyTable table, ReadOnlySpan<double> fitted)
    {
        (_m, _differences, Live) = (table.Count, table.Clusters > 0, table.Count);
        _factor = _differences ? Clustered(table) : Independent(table, fitted);
        if (_differences)
            Live -= KeepOffZero(_factor, table, fitted);
        Factorise(_factor, _m);
    }

    /// <summary>Number of proportions, less the share of each difference whose expected variance lies under the floor of half an answer.</summary>
    public double Live { get; }

    /// <summary>L⁻¹ values, into the second array.</summary>
    public double[] Whiten(double[] values, double[] z)
    {
        double previous = 0;
        for (int i = 0; i < _m; i++)
        {
            double sum = _differences ? values[i] - previous : values[i];
            previous = values[i];
            for (int k = 0; k < i; k++)
                sum -= _factor[(i * _m) + k] * z[k];
            z[i] = sum / _factor[(i * _m) + i];
        }

        return z;
    }

    private static double[] Independent(AccuracyTable table, ReadOnlySpan<double> fitted)
    {
        int m = table.Count;
        var v = new double[m * m];
        for (int j = 0; j < m; j++)
        {
            // One answer of either kind more, so that a curve that hugs a few answers does not make them certain.
            double n = table.Answers[j], p = ((n * fitted[j]) + 1) / (n + 2);
            v[(j * m) + j] = p * (1 - p) / n;
        }

        return v;
    }

    /// <summary>Lower triangle of the covariance of the differences between neighbouring budgets.</summary>
    private static double[] Clustered(AccuracyTable table)
    {
        int m = table.Count;
        var v = new double[m * m];
        var influence = new double[m];
        for (int g = 0; g < table.Clusters; g++)
        {
            double previous = 0;
            for (int j = 0; j < m; j++)
            {
                double n = table.Answers[j];
                double e = (table.ClusterCorrect[(g * m) + j] - (table.ClusterAnswers[(g * m) + j] * table.Correct[j] / n)) / n;
                (influence[j], previous) = (e - previous, e);
            }

            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j <= i; j++)
                    v[(i * m) + j] += influence[i] * influence[j];
            }
        }

        for (int i = 0; i < v.Length; i++)
            v[i] *= table.Clusters / (table.Clusters - 1.0);
        return v;
    }

    /// <summary>Raises variances to their floors; returns how many differences' worth of restrictions the floors have cost.</summary>
    private static double KeepOffZero(double[] v, AccuracyTable table, ReadOnlySpan<double> fitted)
    {
        int m = table.Count;
        double lost = 0;
        for (int i = 0; i < m; i++)
        {
            double change = i == 0 ? fitted[0] : Math.Abs(fitted[i] - fitted[i - 1]);
            double n = i == 0 ? table.Answers[0] : Math.Min(table.Answers[i], table.Answers[i - 1]);
            double expected = change * (1 - change), floor = Math.Max(expected, 0.5 / n) / n;
            lost += 1 - Math.Min(1, Math.Max(expected, v[(i * m) + i] * n) / (floor * n));
            v[(i * m) + i] = Math.Max(v[(i * m) + i], floor);

            // So must the proportion itself: where every answer is right, the differences add up to 1 without any variance.
            double level = 0, spread = Math.Clamp(fitted[i] * (1 - fitted[i]), 0.5 / n, FewAnswers / n) / n;
            for (int k = 0; k <= i; k++)
            {
                for (int l = 0; l <= i; l++)
                    level += v[(Math.Max(k, l) * m) + Math.Min(k, l)];
            }

            v[(i * m) + i] += Math.Max(0, spread - level);
        }

        return lost;
    }

    /// <summary>Cholesky in place; a pivot that rounding has eaten is replaced by a small share of its diagonal.</summary>
    private static void Factorise(double[] v, int m)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = v[(i * m) + j];
                for (int k = 0; k < j; k++)
                    sum -= v[(i * m) + k] * v[(j * m) + k];
                v[(i * m) + j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-6 * v[(i * m) + i])) : sum / v[(j * m) + j];
            }
        }
    }
}
