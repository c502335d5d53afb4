using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Answers;

/// <summary>Looks for budgets beyond which accuracy falls; see <see cref="BudgetFall"/>.</summary>
internal static class FallTest
{
    private const double Level = 0.05;

    /// <summary>The largest of the significant falls; null where there is none, or if answers are not grouped by problem.</summary>
    public static BudgetFall? LargestOf(AccuracyTable table)
    {
        int m = table.Count, pairs = m * (m - 1) / 2;
        BudgetFall? largest = null;
        double depth = 0;
        for (int from = 0; from < m && table.Clusters > 0; from++)
        {
            for (int to = from + 1; to < m; to++)
            {
                Change change = Between(table, from, to);
                if (change.Worse <= change.Better || change.From - change.To <= depth)
                    continue;
                double p = Math.Min(1, pairs * SignTest.PValue(change.Better, change.Worse));
                if (p <= Level)
                    (largest, depth) = (Fall(table, (from, to), change, p), change.From - change.To);
            }
        }

        return largest;
    }

    private static BudgetFall Fall(AccuracyTable table, (int From, int To) pair, Change change, double p)
    {
        double[] accuracy = table.Proportions();
        int peak = Array.IndexOf(accuracy, accuracy.Max());
        return new BudgetFall
        {
            FromTokens = table.Budgets[pair.From],
            FromAccuracy = change.From,
            ToTokens = table.Budgets[pair.To],
            ToAccuracy = change.To,
            Worse = change.Worse,
            Better = change.Better,
            PValue = p,
            PeakTokens = table.Budgets[peak],
            PeakAccuracy = accuracy[peak],
        };
    }

    /// <summary>Only problems that were answered at both budgets are compared, by their share of right answers.</summary>
    private static Change Between(AccuracyTable table, int from, int to)
    {
        int worse = 0, better = 0;
        double fromAnswers = 0, fromCorrect = 0, toAnswers = 0, toCorrect = 0;
        for (int row = 0; row < table.ClusterAnswers.Length; row += table.Count)
        {
            double n = table.ClusterAnswers[row + from], k = table.ClusterAnswers[row + to];
            if (n == 0 || k == 0)
                continue;
            double x = table.ClusterCorrect[row + from], y = table.ClusterCorrect[row + to];
            worse += y * n < x * k ? 1 : 0;
            better += y * n > x * k ? 1 : 0;
            (fromAnswers, fromCorrect, toAnswers, toCorrect) = (fromAnswers + n, fromCorrect + x, toAnswers + k, toCorrect + y);
        }

        return fromAnswers > 0 ? new Change(worse, better, fromCorrect / fromAnswers, toCorrect / toAnswers) : default;
    }

    private readonly record struct Change(int Worse, int Better, double From, double To);
}
