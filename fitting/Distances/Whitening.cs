using Calibration.Fitting.Statistics;

namespace Calibration.Fitting.Distances;

/// <summary>
/// The Cholesky factor L of a covariance, of proportions or of their neighbouring differences, and L⁻¹ applied to curves.
/// </summary>
internal sealed class Whitening
{
    private readonly SquareMatrix _factor;
    private readonly bool _differences;
    private readonly int _m;

    /// <param name="covariance">Covariance; its lower triangle is used and overwritten.</param>
    /// <param name="differences">Whether it is that of neighbouring differences rather than of the proportions themselves.</param>
    public Whitening(SquareMatrix covariance, bool differences)
    {
        (_factor, _m, _differences) = (covariance, covariance.Order, differences);
        Factorise(covariance);
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
    public SquareMatrix Whiten(SquareMatrix covariance)
    {
        SquareMatrix result = covariance.Copy();
        for (int side = 0; side < 2; side++)
        {
            for (int row = 0; row < _m; row++)
                Solve(result.Row(row));
            for (int i = 0; i < _m; i++)
            {
                for (int j = 0; j < i; j++)
                    (result[i, j], result[j, i]) = (result[j, i], result[i, j]);
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
                sum -= _factor[i, k] * z[k];
            z[i] = sum / _factor[i, i];
        }
    }

    /// <summary>Cholesky in place; a pivot that rounding has eaten is replaced by a small share of its diagonal.</summary>
    private static void Factorise(SquareMatrix v)
    {
        int m = v.Order;
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = v[i, j];
                for (int k = 0; k < j; k++)
                    sum -= v[i, k] * v[j, k];
                v[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-6 * v[i, i])) : sum / v[j, j];
            }
        }
    }
}
