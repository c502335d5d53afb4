using Calibration.Fitting.Answers;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Distances;

/// <summary>
/// The second-order Rao–Scott test of a curve on nested answers: Pearson's distance of the neighbouring differences in the
/// multinomial metric of the fitted curve, referred to the distribution that it has under the clustered covariance.
/// </summary>
/// <remarks>
/// With T the clustered covariance in that metric, projected on the space of the residuals, the distance divided by tr T is
/// about F with ν = (tr T)²/tr T² and ν(G − 1) degrees of freedom (Rao and Scott, Ann. Stat. 12, 1984; Thomas and Rao, JASA 82,
/// 1987). Nothing is inverted but the metric, so it does not matter that nested answers leave the clustered covariance singular.
/// </remarks>
internal sealed class RaoScott
{
    private readonly SquareMatrix _clustered;
    private readonly int _m;
    private readonly int _clusters;

    /// <param name="table">The answers, clustered.</param>
    /// <param name="fitted">Probabilities on the fitted curve, one per budget.</param>
    /// <param name="differences">Clustered covariance of the neighbouring differences.</param>
    public RaoScott(AccuracyTable table, double[] fitted, SquareMatrix differences)
    {
        (_m, _clusters) = (table.Count, table.Clusters);
        Metric = new Whitening(Multinomial(fitted, table.Answers.Average()), differences: true);
        _clustered = Metric.Whiten(differences);
    }

    /// <summary>The multinomial metric.</summary>
    public Whitening Metric { get; }

    /// <summary>P(a true curve of this kind lies further from its data than this one).</summary>
    /// <param name="distance">Pearson's distance at its minimum.</param>
    /// <param name="tangents">The curve's slopes in its free parameters there, one array of budgets each.</param>
    public double Tail(double distance, IReadOnlyList<double[]> tangents)
    {
        SquareMatrix t = _clustered.Copy();
        foreach (double[] direction in Orthonormal(tangents))
            ProjectOut(t, direction);
        double trace = 0, squares = 0;
        for (int i = 0; i < _m; i++)
        {
            trace += t[i, i];
            for (int j = 0; j < _m; j++)
                squares += t[i, j] * t[i, j];
        }

        // Without any variance left the data lie on the curve, or nothing can be said against it.
        if (!(trace > 1e-12) || !(squares > 0))
            return 1;
        double freedom = trace * trace / squares;
        return Quantiles.FisherTail(distance / trace, freedom, freedom * (_clusters - 1));
    }

    /// <summary>Covariance of the differences of nested answers on the curve: right at once, from each budget on, or never.</summary>
    private static SquareMatrix Multinomial(double[] fitted, double answers)
    {
        int m = fitted.Length;
        double least = 0.5 / answers;
        double[] cells = [.. fitted.Select((p, i) => Math.Max(i == 0 ? p : p - fitted[i - 1], least))];
        double total = cells.Sum(), all = total + Math.Max(1 - total, least);
        var v = new SquareMatrix(m);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < m; j++)
                v[i, j] = ((i == j ? cells[i] : 0) - (cells[i] * cells[j] / all)) / answers;
        }

        return v;
    }

    private List<double[]> Orthonormal(IReadOnlyList<double[]> tangents)
    {
        var basis = new List<double[]>(tangents.Count);
        foreach (double[] tangent in tangents)
        {
            double[] u = Metric.Whiten(tangent, new double[_m]);
            double before = Math.Sqrt(Product(u, u));
            for (int round = 0; round < 2; round++)
            {
                foreach (double[] other in basis)
                {
                    double along = Product(u, other);
                    for (int i = 0; i < _m; i++)
                        u[i] -= along * other[i];
                }
            }

            double length = Math.Sqrt(Product(u, u));
            if (length > 1e-8 * before)
                basis.Add(Array.ConvertAll(u, value => value / length));
        }

        return basis;
    }

    /// <summary>T ← (I − uuᵀ) T (I − uuᵀ).</summary>
    private void ProjectOut(SquareMatrix t, double[] u)
    {
        var image = new double[_m];
        for (int i = 0; i < _m; i++)
        {
            for (int j = 0; j < _m; j++)
                image[i] += t[i, j] * u[j];
        }

        double inner = Product(image, u);
        for (int i = 0; i < _m; i++)
        {
            for (int j = 0; j < _m; j++)
                t[i, j] += (inner * u[i] * u[j]) - (image[i] * u[j]) - (u[i] * image[j]);
        }
    }

    private static double Product(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
