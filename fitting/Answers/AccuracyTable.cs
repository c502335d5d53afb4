namespace Calibration.Fitting.Answers;

/// <summary>Counts by cluster and budget: everything that the likelihood and its clustered scores need.</summary>
internal sealed class AccuracyTable
{
    /// <summary>Distinct budgets, ascending.</summary>
    public required int[] Budgets { get; init; }

    /// <summary>Budgets over the largest one, in [0, 1].</summary>
    public required double[] X { get; init; }

    /// <summary>The largest budget, at least 1.</summary>
    public required double Scale { get; init; }

    /// <summary>Answers a budget.</summary>
    public required double[] Answers { get; init; }

    /// <summary>Correct answers per budget.</summary>
    public required double[] Correct { get; init; }

    /// <summary>Number of clusters; 0 where answers are taken as independent.</summary>
    public required int Clusters { get; init; }

    /// <summary>Number of problems, also where there are too few of them to be clusters; 0 where it is not known.</summary>
    public int Problems { get; private init; }

    /// <summary>Answers by cluster and budget, row by row.</summary>
    public required double[] ClusterAnswers { get; init; }

    /// <summary>Right answers by cluster and budget, row by row.</summary>
    public required double[] ClusterCorrect { get; init; }

    public int Count => Budgets.Length;

    /// <summary>Share of right answers at each budget.</summary>
    public double[] Proportions() => [.. Correct.Zip(Answers, (correct, answers) => correct / answers)];

    public static AccuracyTable From(IReadOnlyList<AccuracyObservation> observations) =>
        From([.. observations.Select(o => new AccuracyCell(o.Problem, o.BudgetTokens, 1, o.Correct ? 1 : 0))]);

    public static AccuracyTable From(IReadOnlyList<AccuracyCell> cells)
    {
        int[] budgets = [.. cells.Select(c => Checked(c.BudgetTokens)).ToHashSet().Order()];
        Dictionary<int, int> column = budgets.Select((b, j) => (b, j)).ToDictionary(t => t.b, t => t.j);
        Dictionary<string, int> row = cells.Select(c => c.Problem).ToHashSet(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).Select((p, g) => (p, g)).ToDictionary(t => t.p, t => t.g, StringComparer.Ordinal);
        int m = budgets.Length;
        var answers = new double[row.Count * m];
        var correct = new double[row.Count * m];
        (string? last, int at) = (null, 0);
        foreach (AccuracyCell c in cells)
        {
            if (!(c.Correct >= 0 && c.Correct <= c.Answers))
                throw new ArgumentException(
                    $"problem {c.Problem}, budget {c.BudgetTokens}: {c.Correct} correct of {c.Answers} answers is not possible",
                    nameof(cells));
            if (!ReferenceEquals(c.Problem, last))
                (last, at) = (c.Problem, row[c.Problem] * m);
            int cell = at + column[c.BudgetTokens];
            answers[cell] += c.Answers;
            correct[cell] += c.Correct;
        }

        return From(budgets, row.Count, answers, correct);
    }

    public static AccuracyTable From(IEnumerable<(int Budget, double Answers, double Correct)> counts)
    {
        (int Budget, double Answers, double Correct)[] rows =
            [.. counts.GroupBy(c => Checked(c.Budget)).OrderBy(g => g.Key)
                .Select(g => (g.Key, g.Sum(c => c.Answers), g.Sum(c => c.Correct))).Where(c => c.Item2 > 0)];
        foreach ((int budget, double answers, double correct) in rows)
        {
            if (!(double.IsFinite(answers) && correct >= 0 && correct <= answers))
                throw new ArgumentException($"budget {budget}: {correct} correct of {answers} answers is not possible", nameof(counts));
        }

        return new AccuracyTable
        {
            Budgets = [.. rows.Select(r => r.Budget)],
            X = Scaled([.. rows.Select(r => r.Budget)]),
            Scale = Math.Max(1, rows.Select(r => r.Budget).DefaultIfEmpty(1).Max()),
            Answers = [.. rows.Select(r => r.Answers)],
            Correct = [.. rows.Select(r => r.Correct)],
            Clusters = 0,
            ClusterAnswers = [],
            ClusterCorrect = [],
        };
    }

    /// <summary>A table from counts by cluster; fewer than two clusters carry no information about their correlation.</summary>
    public static AccuracyTable From(int[] budgets, int clusters, double[] clusterAnswers, double[] clusterCorrect)
    {
        int m = budgets.Length;
        var answers = new double[m];
        var correct = new double[m];
        for (int i = 0; i < clusterAnswers.Length; i++)
        {
            answers[i % m] += clusterAnswers[i];
            correct[i % m] += clusterCorrect[i];
        }

        bool clustered = clusters >= 2;
        return new AccuracyTable
        {
            Budgets = budgets,
            X = Scaled(budgets),
            Scale = Math.Max(1, m == 0 ? 1 : budgets[^1]),
            Answers = answers,
            Correct = correct,
            Clusters = clustered ? clusters : 0,
            Problems = clusters,
            ClusterAnswers = clustered ? clusterAnswers : [],
            ClusterCorrect = clustered ? clusterCorrect : [],
        };
    }

    /// <summary>The same answers up to a budget.</summary>
    public AccuracyTable UpTo(int budget) => Keep([.. Enumerable.Range(0, Count).Where(j => Budgets[j] <= budget)]);

    /// <summary>The same answers at some of the budgets.</summary>
    public AccuracyTable Keep(int[] columns)
    {
        int[] budgets = Array.ConvertAll(columns, j => Budgets[j]);
        if (Clusters == 0)
            return From(columns.Select(j => (Budgets[j], Answers[j], Correct[j])));
        return From(budgets, Clusters, Columns(ClusterAnswers), Columns(ClusterCorrect));

        double[] Columns(double[] rows) => [.. Enumerable.Range(0, Clusters).SelectMany(g => columns.Select(j => rows[(g * Count) + j]))];
    }

    private static double[] Scaled(int[] budgets)
    {
        double scale = Math.Max(1, budgets.Length == 0 ? 1 : budgets[^1]);
        return Array.ConvertAll(budgets, b => b / scale);
    }

    private static int Checked(int budget) =>
        budget >= 0 ? budget : throw new ArgumentOutOfRangeException(nameof(budget), budget, "a budget is 0 or more tokens");
}
