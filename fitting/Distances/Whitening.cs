namespace Calibration.Fitting.Distances;

/// <summary>
/// The Cholesky factor L of a covariance, of proportions or of their neighbouring differences, and L⁻¹ applied to curves.
/// </summary>
internal sealed class Whitening
{
    private readonly double[] _factor;
    private readonly bool _differences;
    private readonly int _m;

    /// <param name="covariance">Covariance, row by row; its lower triangle is used and overwritten.</param>
    /// <param name="m">Number of budgets.</param>
    /// <param name="differences">Whether it is that of neighbouring differences rather than of the proportions themselves.</param>
    public Whitening(double[] covariance, int m, bool differences)
    {
        (_factor, _m, _differences) = (covariance, m, differences);
        Factorise(covariance, m);
    }

    /// <summary>L⁻¹ of values at the budgets, into the second array.</summary>
    public double[] Whiten(double[] values, double[] z)
    {
        double previous = 0;
        for (int i = 0; i < _m; i++)
        {
            z[i] = _differences ? values[i] - previous : values[i];
            previous = values[i];
        }

        Solve(z);
        return z;
    }

    /// <summary>L⁻¹ V L⁻ᵀ of another covariance V in the same basis.</summary>
    public double[] Whiten(double[] covariance)
    {
        double[] result = [.. covariance];
        for (int side = 0; side < 2; side++)
        {
            for (int row = 0; row < _m; row++)
                Solve(result.AsSpan(row * _m, _m));
            for (int i = 0; i < _m; i++)
            {
                for (int j = 0; j < i; j++)
                    (result[(i * _m) + j], result[(j * _m) + i]) = (result[(j * _m) + i], result[(i * _m) + j]);
            }
        }

        return result;
    }

    private void Solve(Span<double> z)
    {
        for (int i = 0; i < _m; i++)
        {
            double sum = z[i];
            for (int k = 0; k < i; k++)
                sum -= _factor[(i * _m) + k] * z[k];
            z[i] = sum / _factor[(i * _m) + i];
        }
    }

    /// <summary>Cholesky in place; a pivot that rounding has eaten is replaced by a small share of its diagonal.</summary>
    private static void Factorise(double[] v, int m)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = v[(i * m) + j];
                for (int k = 0; k < j; k++)
                    sum -= v[(i * m) + k] * v[(j * m) + k];
                v[(i * m) + j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-6 * v[(i * m) + i])) : sum / v[(j * m) + j];
            }
        }
    }
}
