using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Answers;

/// <summary>
/// Draws a table's answers again: complete problems with replacement, or where answers are independent, each budget's from its
/// proportion. A draw depends on the seed and its index only. Holds its work space: one instance per thread.
/// </summary>
internal sealed class AnswerDraw(AccuracyTable table)
{
    private const double ManyAnswers = 20_000;

    private readonly int[] _drawn = new int[table.Clusters];

    /// <summary>Answers drawn at each budget.</summary>
    public double[] Answers { get; } = new double[table.Count];

    /// <summary>How many of them are right.</summary>
    public double[] Correct { get; } = new double[table.Count];

    /// <summary>The drawn problems, by their place in the order of their names; empty where answers are independent.</summary>
    public ReadOnlyMemory<int> Problems => _drawn;

    public void Next(ulong seed, int index)
    {
        var random = new SplitMix64(seed, (ulong)index);
        if (table.Clusters > 0)
            DrawClusters(ref random);
        else
            DrawAnswers(ref random);
    }

    /// <summary>The last draw as a table; budgets without drawn answers are omitted.</summary>
    public AccuracyTable Table()
    {
        int m = table.Count;
        bool whole = !Answers.Contains(0);
        if (table.Clusters == 0)
            return AccuracyTable.From(Enumerable.Range(0, m).Select(j => (table.Budgets[j], Answers[j], Correct[j])));
        var answers = new double[_drawn.Length * m];
        var correct = new double[_drawn.Length * m];
        for (int draw = 0; draw < _drawn.Length; draw++)
        {
            Array.Copy(table.ClusterAnswers, _drawn[draw] * m, answers, draw * m, m);
            Array.Copy(table.ClusterCorrect, _drawn[draw] * m, correct, draw * m, m);
        }

        AccuracyTable all = AccuracyTable.From(table.Budgets, _drawn.Length, answers, correct);
        return whole ? all : all.Keep([.. Enumerable.Range(0, m).Where(j => Answers[j] > 0)]);
    }

    private void DrawClusters(ref SplitMix64 random)
    {
        int m = table.Count, clusters = table.Clusters;
        Array.Clear(Answers);
        Array.Clear(Correct);
        for (int draw = 0; draw < clusters; draw++)
        {
            _drawn[draw] = random.Below(clusters);
            int row = _drawn[draw] * m;
            for (int j = 0; j < m; j++)
            {
                Answers[j] += table.ClusterAnswers[row + j];
                Correct[j] += table.ClusterCorrect[row + j];
            }
        }
    }

    private void DrawAnswers(ref SplitMix64 random)
    {
        for (int j = 0; j < table.Count; j++)
        {
            double n = table.Answers[j], p = table.Correct[j] / n;
            (Answers[j], Correct[j]) = (n, 0);
            if (n > ManyAnswers)
            {
                Correct[j] = Math.Clamp(Math.Round((n * p) + (random.Gaussian() * Math.Sqrt(n * p * (1 - p)))), 0, n);
                continue;
            }

            for (int i = 0; i < n; i++)
                Correct[j] += random.Uniform() < p ? 1 : 0;
        }
    }
}
