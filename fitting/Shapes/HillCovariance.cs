using Calibration.Fitting.Answers;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Shapes;

/// <summary>
/// Sandwich covariance of the free ones of (D, S, η, σ), with the scores summed by problem; of the binomial scores where answers are
/// independent.
/// </summary>
internal sealed class HillCovariance
{
    private const int N = HillPoint.Parameters;

    private readonly double[] _naive = new double[N * N];
    private readonly double[] _sandwich = new double[N * N];

    /// <param name="table">The answers.</param>
    /// <param name="point">The optimum.</param>
    /// <param name="information">Curvature there.</param>
    /// <param name="free">Which of the four are free.</param>
    public HillCovariance(AccuracyTable table, HillPoint point, ReadOnlySpan<double> information, ReadOnlySpan<bool> free)
    {
        Span<double> unit = stackalloc double[N];
        Span<double> column = stackalloc double[N];
        Regular = true;
        for (int i = 0; i < N && Regular; i++)
        {
            if (!free[i])
                continue;
            unit.Clear();
            unit[i] = 1;
            Regular = SmallSystem.TrySolve(new NormalEquations(information, unit), free, 0, column);
            for (int j = 0; j < N; j++)
                _naive[(j * N) + i] = column[j];
        }

        if (Regular)
            Multiply(Multiply(_naive, Meat(table, point)), _naive).CopyTo(_sandwich, 0);
    }

    /// <summary>Whether the curvature was positive definite on the free parameters.</summary>
    public bool Regular { get; }

    /// <summary>Robust standard error of c · (D, S, η, σ); 0 where there is no variance to speak of.</summary>
    public double StandardError(ReadOnlySpan<double> c)
    {
        double variance = Quadratic(_sandwich, c);
        return Regular && variance > 0 && double.IsFinite(variance) ? Math.Sqrt(variance) : 0;
    }

    /// <summary>Robust variance over that of the curvature alone; at least 0.1.</summary>
    public double DesignEffect(ReadOnlySpan<double> c)
    {
        double naive = Quadratic(_naive, c), effect = naive > 0 ? Quadratic(_sandwich, c) / naive : 1;
        return Regular && double.IsFinite(effect) ? Math.Max(0.1, effect) : 1;
    }

    /// <summary>Height of the profile of c · (D, S, η, σ) where A + D = 1 binds; null where it is not known.</summary>
    public double? CeilingHeight(ReadOnlySpan<double> c, double level) =>
        Regular ? CeilingLaw.Height(Spread(_sandwich, c), Spread(_naive, c), level) : null;

    private static CeilingLaw.Spread Spread(double[] v, ReadOnlySpan<double> c)
    {
        double shared = 0;
        for (int i = 0; i < N; i++)
            shared += c[i] * v[(i * N) + 1];
        return new CeilingLaw.Spread(Quadratic(v, c), v[N + 1], shared);
    }

    private static double Quadratic(double[] v, ReadOnlySpan<double> c)
    {
        double sum = 0;
        for (int i = 0; i < N; i++)
        {
            for (int j = 0; j < N; j++)
                sum += c[i] * c[j] * v[(i * N) + j];
        }

        return sum;
    }

    private static double[] Multiply(double[] a, double[] b)
    {
        var c = new double[N * N];
        for (int i = 0; i < N; i++)
        {
            for (int j = 0; j < N; j++)
            {
                for (int k = 0; k < N; k++)
                    c[(i * N) + j] += a[(i * N) + k] * b[(k * N) + j];
            }
        }

        return c;
    }

    private static double[] Meat(AccuracyTable table, HillPoint point)
    {
        int m = table.Count;
        var right = new double[m];
        var wrong = new double[m];
        var slopes = new double[N * m];
        var meat = new double[N * N];
        for (int j = 0; j < m; j++)
        {
            double p = point.Probability(table.X[j]), n = table.Answers[j];
            right[j] = table.Correct[j] > 0 ? 1 / p : 0;
            wrong[j] = table.Correct[j] < n ? -1 / (1 - p) : 0;
            point.Slopes(table.X[j], slopes.AsSpan(N * j, N));
            if (table.Clusters == 0)
                Add(meat, slopes.AsSpan(N * j, N), n * p * (1 - p) * Math.Pow(right[j] - wrong[j], 2));
        }

        if (table.Clusters == 0)
            return meat;
        Span<double> score = stackalloc double[N];
        Span<double> total = stackalloc double[N];
        for (int g = 0; g < table.Clusters; g++)
        {
            score.Clear();
            for (int j = 0; j < m; j++)
            {
                double y = table.ClusterCorrect[(g * m) + j], u = (y * right[j]) + ((table.ClusterAnswers[(g * m) + j] - y) * wrong[j]);
                for (int i = 0; i < N; i++)
                    score[i] += u * slopes[(N * j) + i];
            }

            Add(meat, score, 1);
            for (int i = 0; i < N; i++)
                total[i] += score[i];
        }

        Add(meat, total, -1.0 / table.Clusters);
        return Array.ConvertAll(meat, value => value * table.Clusters / (table.Clusters - 1.0));
    }

    private static void Add(double[] target, ReadOnlySpan<double> v, double factor)
    {
        for (int i = 0; i < N; i++)
        {
            for (int j = 0; j < N; j++)
                target[(i * N) + j] += factor * v[i] * v[j];
        }
    }
}
