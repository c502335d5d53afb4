using MathNet.Numerics.LinearAlgebra;

namespace Calibration.Fitting.Service;

/// <summary>Observations in clusters.</summary>
/// <param name="Y">Observations.</param>
/// <param name="Weights">Inverse working variances.</param>
/// <param name="Shared">How strongly each weighted observation feels its cluster's common error; at most 1.</param>
/// <param name="Clusters">Indices of the observations by cluster.</param>
internal sealed record ClusteredData(double[] Y, double[] Weights, double[] Shared, int[][] Clusters)
{
    /// <summary>Some of the observations, in clusters of their new indices.</summary>
    public ClusteredData Of(int[] kept, int[][] clusters) => new(
        Array.ConvertAll(kept, i => Y[i]), Array.ConvertAll(kept, i => Weights[i]), Array.ConvertAll(kept, i => Shared[i]), clusters);
}

/// <summary>
/// Weighted linear regression with the bias-reduced cluster-robust covariance CR2 (Bell and McCaffrey 2002) and their
/// Satterthwaite degrees of freedom for each coefficient, under a working correlation ρ inside clusters as in Imbens and
/// Kolesár (2016): honest with ten traces and one of them much longer than the others.
/// </summary>
internal sealed class ClusteredRegression
{
    private readonly Matrix<double> _design;
    private readonly Matrix<double> _inverse;
    private readonly int[][] _clusters;
    private readonly Vector<double> _shared;

    private ClusteredRegression(
        (Matrix<double> Design, Matrix<double> Inverse) equations,
        (Vector<double> Coefficients, Vector<double> Residuals) solution,
        ClusteredData data)
    {
        (_design, _inverse) = equations;
        (Coefficients, WeightedResiduals) = solution;
        (_clusters, _shared) = (data.Clusters, Vector<double>.Build.Dense(data.Shared));
        Infer();
    }

    public Vector<double> Coefficients { get; }

    public Vector<double> WeightedResiduals { get; }

    public double[] StandardErrors { get; private set; } = [];

    public double[] DegreesOfFreedom { get; private set; } = [];

    /// <summary>Regresses y on the columns; null where they are collinear.</summary>
    /// <param name="columns">One regressor per column.</param>
    /// <param name="data">What is regressed.</param>
    public static ClusteredRegression? Fit(Func<int, double>[] columns, ClusteredData data)
    {
        (double[] y, double[] weights, _, _) = data;
        int n = y.Length, p = columns.Length;
        Matrix<double> x = Matrix<double>.Build.Dense(n, p, (i, k) => Math.Sqrt(weights[i]) * columns[k](i));
        Vector<double> v = Vector<double>.Build.Dense(n, i => Math.Sqrt(weights[i]) * y[i]);
        var scale = Vector<double>.Build.Dense(p, k => x.Column(k).L2Norm());
        if (n < p || scale.Any(s => !(s > 0)))
            return null;
        for (int k = 0; k < p; k++)
            x.SetColumn(k, x.Column(k) / scale[k]);
        var qr = x.QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin);
        double[] diagonal = [.. Enumerable.Range(0, p).Select(k => Math.Abs(qr.R[k, k]))];
        if (!(diagonal.Min() > 1e-10 * diagonal.Max()))
            return null;
        Vector<double> scaled = qr.Solve(v);
        Vector<double> residuals = v - (x * scaled);
        // One step of refinement: the products lose what the weights' range costs.
        scaled += qr.Solve(residuals);
        residuals = v - (x * scaled);
        Matrix<double> root = qr.R.Inverse();
        Matrix<double> inverse = root * root.Transpose();
        for (int k = 0; k < p; k++)
        {
            x.SetColumn(k, x.Column(k) * scale[k]);
            for (int l = 0; l < p; l++)
                inverse[k, l] /= scale[k] * scale[l];
        }

        return new ClusteredRegression((x, inverse), (scaled.PointwiseDivide(scale), residuals), data);
    }

    private void Infer()
    {
        int p = Coefficients.Count, groups = _clusters.Length;
        var x = new Matrix<double>[groups];
        var adjusted = new Matrix<double>[groups];
        Matrix<double> meat = Matrix<double>.Build.Dense(p, p);
        for (int g = 0; g < groups; g++)
        {
            int[] rows = _clusters[g];
            x[g] = Matrix<double>.Build.Dense(rows.Length, p, (i, k) => _design[rows[i], k]);
            Matrix<double> hat = Matrix<double>.Build.DenseIdentity(rows.Length) - (x[g] * _inverse * x[g].Transpose());
            adjusted[g] = InverseRoot(hat) * x[g];
            Vector<double> residual = Vector<double>.Build.Dense(rows.Length, i => WeightedResiduals[rows[i]]);
            Vector<double> score = adjusted[g].TransposeThisAndMultiply(residual);
            meat += score.OuterProduct(score);
        }

        Matrix<double> covariance = _inverse * meat * _inverse;
        StandardErrors = [.. Enumerable.Range(0, p).Select(k => Math.Sqrt(Math.Max(0, covariance[k, k])))];
        double rho = WorkingCorrelation();
        DegreesOfFreedom = [.. Enumerable.Range(0, p).Select(k => Satterthwaite(k, x, adjusted, rho))];
    }

    /// <summary>(Σ λ)² / Σ λ² of the variance estimator's quadratic form under the working covariance.</summary>
    private double Satterthwaite(int coefficient, Matrix<double>[] x, Matrix<double>[] adjusted, double rho)
    {
        int groups = _clusters.Length;
        var columns = new Vector<double>[groups];
        var images = new Vector<double>[groups];
        for (int g = 0; g < groups; g++)
        {
            // (I − H)ᵀ restricted to the cluster, times A X M c.
            Vector<double> inner = adjusted[g] * _inverse.Column(coefficient);
            Vector<double> spread = -(_design * (_inverse * x[g].TransposeThisAndMultiply(inner)));
            for (int i = 0; i < inner.Count; i++)
                spread[_clusters[g][i]] += inner[i];
            columns[g] = spread;
            images[g] = Working(spread, rho);
        }

        double trace = 0, squares = 0;
        for (int g = 0; g < groups; g++)
        {
            for (int h = 0; h < groups; h++)
            {
                double entry = columns[g].DotProduct(images[h]);
                squares += entry * entry;
                trace += g == h ? entry : 0;
            }
        }

        return squares > 0 ? Math.Clamp(trace * trace / squares, 1, Math.Max(1, groups - 1)) : 1;
    }

    private Vector<double> Working(Vector<double> v, double rho)
    {
        Vector<double> result = Vector<double>.Build.Dense(v.Count);
        foreach (int[] rows in _clusters)
        {
            double common = rows.Sum(i => _shared[i] * v[i]);
            foreach (int i in rows)
                result[i] = (v[i] * (1 - (rho * _shared[i] * _shared[i]))) + (rho * _shared[i] * common);
        }

        return result;
    }

    /// <summary>Mean product of the residuals of pairs inside clusters over their mean square, in [0, 0.99].</summary>
    private double WorkingCorrelation()
    {
        double products = 0, weights = 0, square = WeightedResiduals.DotProduct(WeightedResiduals) / WeightedResiduals.Count;
        foreach (int[] rows in _clusters)
        {
            double sum = rows.Sum(i => _shared[i] * WeightedResiduals[i]), s2 = rows.Sum(i => _shared[i] * _shared[i]);
            products += (sum * sum) - rows.Sum(i => Math.Pow(_shared[i] * WeightedResiduals[i], 2));
            weights += (s2 * s2) - rows.Sum(i => Math.Pow(_shared[i], 4));
        }

        return square > 0 && weights > 0 ? Math.Clamp(products / weights / square, 0, 0.99) : 0;
    }

    /// <summary>Symmetric inverse square root; directions that the cluster alone determines are omitted.</summary>
    private static Matrix<double> InverseRoot(Matrix<double> symmetric)
    {
        if (symmetric.RowCount == 1)
            return Matrix<double>.Build.Dense(1, 1, symmetric[0, 0] > 1e-8 ? 1 / Math.Sqrt(symmetric[0, 0]) : 0);
        var evd = symmetric.Evd(Symmetricity.Symmetric);
        Vector<double> roots = evd.EigenValues.Map(v => v.Real > 1e-8 ? 1 / Math.Sqrt(v.Real) : 0);
        return evd.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(roots) * evd.EigenVectors.Transpose();
    }
}
