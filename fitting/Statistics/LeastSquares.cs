using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace Calibration.Fitting.Statistics;

/// <summary>What a least-squares fit found.</summary>
public sealed record LeastSquaresFit
{
    /// <summary>Fitted parameters; finite.</summary>
    public required IReadOnlyList<double> Parameters { get; init; }

    /// <summary>Standard errors from RSS/(n − p) (JᵀWJ)⁻¹; null where the Jacobian's rank is deficient or n ≤ p.</summary>
    public required IReadOnlyList<double>? StandardErrors { get; init; }

    /// <summary>Weighted residual sum of squares.</summary>
    public required double ResidualSumOfSquares { get; init; }

    /// <summary>Whether the last step was below the precision of the numbers.</summary>
    public required bool Converged { get; init; }

    /// <summary>Number of observations less number of parameters.</summary>
    public required int DegreesOfFreedom { get; init; }
}

/// <summary>A model and the data that it is to follow.</summary>
/// <param name="Model">f(β, x).</param>
/// <param name="Jacobian">∂f/∂β at (β, x), one entry per parameter.</param>
/// <param name="X">Abscissae.</param>
/// <param name="Y">Observations, as many.</param>
/// <param name="Weights">Weights of the squared residuals; all 1 where null.</param>
public sealed record LeastSquaresProblem(
    Func<IReadOnlyList<double>, double, double> Model,
    Func<IReadOnlyList<double>, double, double[]> Jacobian,
    IReadOnlyList<double> X,
    IReadOnlyList<double> Y,
    IReadOnlyList<double>? Weights = null);

/// <summary>Unconstrained weighted nonlinear least squares: MathNet's Levenberg–Marquardt with an analytic Jacobian.</summary>
public static class LeastSquares
{
    private const double RankTolerance = 1e-10;

    /// <summary>Minimises Σ w (y − f(β, x))².</summary>
    /// <param name="problem">Model and data.</param>
    /// <param name="start">Where the search begins.</param>
    /// <returns>The fit; null where the search left the numbers (an overflow or a singular model).</returns>
    public static LeastSquaresFit? Fit(LeastSquaresProblem problem, IReadOnlyList<double> start)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(start);
        if (problem.X.Count != problem.Y.Count || (problem.Weights is not null && problem.Weights.Count != problem.X.Count))
            throw new ArgumentException("x, y and weights must have the same length", nameof(problem));
        double[]? found = Minimise(problem, start);
        if (found is null)
            return null;
        (Matrix<double> j, Vector<double> r) = Linearise(problem, found);
        bool converged = false;
        for (int step = 0; step < 8; step++)
        {
            // MathNet stops at its normal equations' precision; Gauss–Newton through QR wins the last digits.
            double[]? next = GaussNewton(found, j, r);
            if (next is null)
                break;
            (Matrix<double> j2, Vector<double> r2) = Linearise(problem, next);
            if (!(r2.DotProduct(r2) <= r.DotProduct(r) * (1 + 1e-13)))
                break;
            converged = found.Zip(next).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-8 * (Math.Abs(pair.First) + 1e-8));
            (found, j, r) = (next, j2, r2);
        }

        double rss = r.DotProduct(r);
        if (!double.IsFinite(rss))
            return null;
        int freedom = problem.X.Count - start.Count;
        return new LeastSquaresFit
        {
            Parameters = found,
            StandardErrors = freedom > 0 ? StandardErrors(j, rss / freedom) : null,
            ResidualSumOfSquares = rss,
            Converged = converged,
            DegreesOfFreedom = freedom,
        };
    }

    private static (Matrix<double> Jacobian, Vector<double> Residuals) Linearise(LeastSquaresProblem problem, double[] at)
    {
        (IReadOnlyList<double> x, IReadOnlyList<double> y) = (problem.X, problem.Y);
        Matrix<double> j = Matrix<double>.Build.Dense(x.Count, at.Length);
        Vector<double> r = Vector<double>.Build.Dense(x.Count);
        for (int i = 0; i < x.Count; i++)
        {
            double root = Math.Sqrt(problem.Weights?[i] ?? 1);
            r[i] = root * (y[i] - problem.Model(at, x[i]));
            double[] row = problem.Jacobian(at, x[i]);
            for (int k = 0; k < row.Length; k++)
                j[i, k] = root * row[k];
        }

        return (j, r);
    }

    private static double[]? GaussNewton(double[] at, Matrix<double> j, Vector<double> r)
    {
        if (j.RowCount < j.ColumnCount)
            return null;
        var scale = Vector<double>.Build.Dense(at.Length, k => j.Column(k).L2Norm());
        if (scale.Any(s => !(s > 0 && double.IsFinite(s))))
            return null;
        Matrix<double> scaled = j * Matrix<double>.Build.DenseOfDiagonalVector(1 / scale);
        var svd = scaled.Svd();
        if (!(svd.S[at.Length - 1] > RankTolerance * svd.S[0]))
            return null;
        Vector<double> step = scaled.QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Solve(r).PointwiseDivide(scale);
        double[] next = [.. at.Select((v, k) => v + step[k])];
        return Array.TrueForAll(next, double.IsFinite) ? next : null;
    }

    private static double[]? Minimise(LeastSquaresProblem problem, IReadOnlyList<double> start)
    {
        Vector<double> Model(Vector<double> b, Vector<double> at)
        {
            double[] beta = b.AsArray() ?? b.ToArray();
            return Vector<double>.Build.Dense(at.Count, i => problem.Model(beta, at[i]));
        }

        Matrix<double> Jacobian(Vector<double> b, Vector<double> at)
        {
            double[] beta = b.AsArray() ?? b.ToArray();
            Matrix<double> j = Matrix<double>.Build.Dense(at.Count, b.Count);
            for (int i = 0; i < at.Count; i++)
                j.SetRow(i, problem.Jacobian(beta, at[i]));
            return j;
        }

        IObjectiveModel objective = ObjectiveFunction.NonlinearModel(
            Model, Jacobian, Vector<double>.Build.DenseOfEnumerable(problem.X), Vector<double>.Build.DenseOfEnumerable(problem.Y),
            problem.Weights is null ? null : Vector<double>.Build.DenseOfEnumerable(problem.Weights));
        try
        {
            NonlinearMinimizationResult result = new LevenbergMarquardtMinimizer(1e-3, 1e-18, 1e-18, 1e-18, 2000)
                .FindMinimum(objective, Vector<double>.Build.DenseOfEnumerable(start));
            double[] found = result.MinimizingPoint.ToArray();
            return Array.TrueForAll(found, double.IsFinite) ? found : null;
        }
        catch (Exception e) when (e is MathNet.Numerics.NonConvergenceException or ArithmeticException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Through the singular values of the column-scaled Jacobian: MathNet's pseudo-inverse hides a deficient rank.</summary>
    private static double[]? StandardErrors(Matrix<double> j, double variance)
    {
        int p = j.ColumnCount;
        var scale = new double[p];
        for (int k = 0; k < p; k++)
        {
            scale[k] = j.Column(k).L2Norm();
            if (!(scale[k] > 0 && double.IsFinite(scale[k])))
                return null;
            j.SetColumn(k, j.Column(k) / scale[k]);
        }

        var svd = j.Svd();
        if (!(svd.S[p - 1] > RankTolerance * svd.S[0]))
            return null;
        var errors = new double[p];
        for (int k = 0; k < p; k++)
        {
            double sum = 0;
            for (int i = 0; i < p; i++)
                sum += Math.Pow(svd.VT[i, k] / svd.S[i], 2);
            errors[k] = Math.Sqrt(variance * sum) / scale[k];
        }

        return errors;
    }
}
