using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Answers;

/// <summary>
/// The changes of accuracy from one budget to the next, the first one counted from 0. Answers that are nested over the budgets
/// (right at ℓ, right beyond it) make neighbouring proportions equal or nearly so; their differences stay well conditioned.
/// </summary>
internal static class NeighbourDifferences
{
    /// <summary>Answers are taken as nested below this share of changes from right to wrong.</summary>
    private const double NestedReversals = 0.02;

    /// <summary>Whether an answer that is right stays right with more thinking, but for a few.</summary>
    public static bool AreNested(AccuracyTable table) => table.Clusters > 0 && ReversalShare(table) < NestedReversals;

    /// <summary>Clustered covariance of the differences of the proportions, G/(G − 1) Σ e_g e_gᵀ.</summary>
    public static SquareMatrix Covariance(AccuracyTable table)
    {
        int m = table.Count;
        var v = new SquareMatrix(m);
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
                double scaled = influence[i] * (table.Clusters / (table.Clusters - 1.0));
                for (int j = 0; j <= i; j++)
                    v[i, j] += scaled * influence[j];
            }
        }

        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < i; j++)
                v[j, i] = v[i, j];
        }

        return v;
    }

    /// <summary>
    /// Share of the changes between neighbouring budgets that go from right to wrong, counted by problem (the runs of a problem
    /// may hide some of them); 0 where nothing changes. Cells with unequal numbers of answers are not compared.
    /// </summary>
    public static double ReversalShare(AccuracyTable table)
    {
        double falls = 0, changes = 0;
        for (int i = 1; i < table.ClusterCorrect.Length; i++)
        {
            if (i % table.Count == 0 || table.ClusterAnswers[i] != table.ClusterAnswers[i - 1])
                continue;
            double change = table.ClusterCorrect[i] - table.ClusterCorrect[i - 1];
            changes += Math.Abs(change);
            falls += Math.Max(0, -change);
        }

        return changes > 0 ? falls / changes : 0;
    }
}
