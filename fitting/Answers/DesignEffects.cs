namespace Calibration.Fitting.Answers;

/// <summary>How much the answers of a problem hang together.</summary>
internal static class DesignEffects
{
    /// <summary>Standard error of each budget's proportion: clustered by problem, or binomial where answers are independent.</summary>
    public static double[] StandardErrors(AccuracyTable table)
    {
        int m = table.Count;
        var variance = new double[m];
        for (int j = 0; j < m; j++)
        {
            double n = table.Answers[j], p = table.Correct[j] / n;
            if (table.Clusters == 0)
            {
                variance[j] = p * (1 - p) / n;
                continue;
            }

            for (int g = 0; g < table.Clusters; g++)
            {
                double e = (table.ClusterCorrect[(g * m) + j] - (table.ClusterAnswers[(g * m) + j] * p)) / n;
                variance[j] += e * e * table.Clusters / (table.Clusters - 1.0);
            }
        }

        return Array.ConvertAll(variance, Math.Sqrt);
    }

    /// <summary>
    /// Mean over the budgets of the proportions' clustered variance over the binomial one; 1 where no proportion has a variance.
    /// </summary>
    public static double Mean(AccuracyTable table)
    {
        double[] errors = StandardErrors(table);
        double[] ratios =
        [
            .. Enumerable.Range(0, table.Count)
                .Select(j => (Error: errors[j], P: table.Correct[j] / table.Answers[j], N: table.Answers[j]))
                .Where(t => t.P is > 0 and < 1).Select(t => t.Error * t.Error * t.N / (t.P * (1 - t.P))),
        ];
        return ratios.Length == 0 ? 1 : ratios.Average();
    }
}
