using Calibration.Fitting.Answers;
using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Accuracy;

/// <summary>
/// Sandwich covariance H⁻¹ B H⁻¹ of the free ones of (D, S, θ): H is the negative Hessian, B the covariance of the
/// clusters' score sums, G/(G − 1) Σ (s_g − s̄)(s_g − s̄)ᵀ; of the binomial scores where answers are independent.
/// </summary>
internal sealed class ClusterCovariance
{
    private readonly double[] _sandwich = new double[9];
    private readonly double[] _naive = new double[9];

    private ClusterCovariance()
    {
    }

    /// <summary>Whether H was positive definite on the free parameters.</summary>
    public bool Regular { get; private set; }

    /// <summary>The covariance at a fit, where its solver was differentiated last; θ is always free.</summary>
    public static ClusterCovariance At(in FittedCurve fit, bool freeD, bool freeS)
    {
        var covariance = new ClusterCovariance();
        Span<double> unit = stackalloc double[3];
        Span<double> column = stackalloc double[3];
        Span<bool> free = [freeD, freeS, true];
        covariance.Regular = true;
        for (int i = 0; i < 3; i++)
        {
            if (!free[i])
                continue;
            unit.Clear();
            unit[i] = 1;
            if (!SmallSystem.TrySolve(new NormalEquations(fit.Solver.Objective.Hessian, unit), free, 0, column))
            {
                covariance.Regular = false;
                return covariance;
            }

            for (int j = 0; j < 3; j++)
                covariance._naive[(j * 3) + i] = column[j];
        }

        double[] meat = Meat(fit);
        Span<double> half = stackalloc double[9];
        Multiply(covariance._naive, meat, half);
        Multiply(half, covariance._naive, covariance._sandwich);
        return covariance;
    }

    /// <summary>Robust variance of c0 D + c1 S + c2 θ.</summary>
    public double Variance(double c0, double c1, double c2) => Quadratic(_sandwich, c0, c1, c2);

    /// <summary>Its root; 0 where there is no variance to speak of.</summary>
    public double StandardError(double c0, double c1, double c2)
    {
        double variance = Variance(c0, c1, c2);
        return Regular && variance > 0 && double.IsFinite(variance) ? Math.Sqrt(variance) : 0;
    }

    /// <summary>Robust variance over the variance that the likelihood's curvature alone would give.</summary>
    public double DesignEffect(double c0, double c1, double c2)
    {
        double naive = Quadratic(_naive, c0, c1, c2);
        double effect = naive > 0 ? Variance(c0, c1, c2) / naive : 1;
        // Identical clusters would give no variance at all: no less than a tenth of the independent one.
        return Regular && double.IsFinite(effect) ? Math.Max(0.1, effect) : 1;
    }

    /// <summary>Robust spread of c0 D + c1 S + c2 θ and of the ceiling S.</summary>
    public CeilingLaw.Spread WithCeiling(double c0, double c1, double c2) => Spread(_sandwich, c0, c1, c2);

    /// <summary>The same by the likelihood's curvature alone.</summary>
    public CeilingLaw.Spread CurvatureWithCeiling(double c0, double c1, double c2) => Spread(_naive, c0, c1, c2);

    private static CeilingLaw.Spread Spread(double[] v, double c0, double c1, double c2) =>
        new(Quadratic(v, c0, c1, c2), v[4], (c0 * v[1]) + (c1 * v[4]) + (c2 * v[5]));

    private static double Quadratic(double[] v, double c0, double c1, double c2) =>
        (c0 * c0 * v[0]) + (c1 * c1 * v[4]) + (c2 * c2 * v[8]) + (2 * ((c0 * c1 * v[1]) + (c0 * c2 * v[2]) + (c1 * c2 * v[5])));

    private static void Multiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c)
    {
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
                c[(i * 3) + j] = (a[i * 3] * b[j]) + (a[(i * 3) + 1] * b[3 + j]) + (a[(i * 3) + 2] * b[6 + j]);
        }
    }

    private static double[] Meat(in FittedCurve fit)
    {
        (AccuracyTable table, CurveSolver solver, CurvePoint point) = fit;
        int m = table.Count;
        var p = new double[m];
        var slopes = new double[3 * m];
        double k = Math.Exp(point.Theta);
        for (int j = 0; j < m; j++)
        {
            double e = Math.Exp(-k * table.X[j]);
            p[j] = (point.D * e) + (point.S * (1 - e));
            (slopes[3 * j], slopes[(3 * j) + 1], slopes[(3 * j) + 2]) = (e, 1 - e, point.A * k * table.X[j] * e);
        }

        return table.Clusters == 0 ? Independent(solver, table, p, slopes) : Clustered(solver, table, p, slopes);
    }

    private static double[] Independent(CurveSolver solver, AccuracyTable table, double[] p, double[] slopes)
    {
        var meat = new double[9];
        for (int j = 0; j < table.Count; j++)
        {
            double n = table.Answers[j];
            // Variance of the score of n answers: the score of one right answer less that of one wrong, squared, times n p (1 − p).
            double right = p[j] > 0 ? solver.Objective.CellScore(j, p[j], 1, 1) : 0;
            double wrong = p[j] < 1 ? solver.Objective.CellScore(j, p[j], 1, 0) : 0;
            Add(meat, slopes.AsSpan(3 * j, 3), n * p[j] * (1 - p[j]) * (right - wrong) * (right - wrong));
        }

        return meat;
    }

    private static double[] Clustered(CurveSolver solver, AccuracyTable table, double[] p, double[] slopes)
    {
        int m = table.Count, clusters = table.Clusters;
        var right = new double[m];
        var wrong = new double[m];
        for (int j = 0; j < m; j++)
        {
            right[j] = table.Correct[j] > 0 ? solver.Objective.CellScore(j, p[j], 1, 1) : 0;
            wrong[j] = table.Correct[j] < table.Answers[j] ? solver.Objective.CellScore(j, p[j], 1, 0) : 0;
        }

        var sums = new double[9];
        Span<double> total = stackalloc double[3];
        Span<double> score = stackalloc double[3];
        for (int g = 0; g < clusters; g++)
        {
            score.Clear();
            for (int j = 0; j < m; j++)
            {
                double y = table.ClusterCorrect[(g * m) + j];
                double u = (y * right[j]) + ((table.ClusterAnswers[(g * m) + j] - y) * wrong[j]);
                score[0] += u * slopes[3 * j];
                score[1] += u * slopes[(3 * j) + 1];
                score[2] += u * slopes[(3 * j) + 2];
            }

            Add(sums, score, 1);
            for (int i = 0; i < 3; i++)
                total[i] += score[i];
        }

        Add(sums, total, -1.0 / clusters);
        for (int i = 0; i < 9; i++)
            sums[i] *= clusters / (clusters - 1.0);
        return sums;
    }

    private static void Add(double[] target, ReadOnlySpan<double> v, double factor)
    {
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
                target[(i * 3) + j] += factor * v[i] * v[j];
        }
    }
}
