namespace Calibration.Fitting.Statistics;

/// <summary>The system H step = g.</summary>
internal readonly ref struct NormalEquations(ReadOnlySpan<double> h, ReadOnlySpan<double> g)
{
    /// <summary>H, row by row.</summary>
    public ReadOnlySpan<double> H { get; } = h;

    public ReadOnlySpan<double> G { get; } = g;
}

/// <summary>Symmetric positive definite systems of up to four unknowns, without allocation.</summary>
internal static class SmallSystem
{
    private const int Largest = 4;

    /// <summary>
    /// Solves the free part of H step = g by Cholesky on the diagonally scaled matrix, plus a ridge; false where it is not positive
    /// definite.
    /// </summary>
    public static bool TrySolve(in NormalEquations equations, ReadOnlySpan<bool> free, double ridge, Span<double> step)
    {
        ReadOnlySpan<double> h = equations.H, g = equations.G;
        step.Clear();
        int order = free.Length, n = 0;
        Span<int> index = stackalloc int[Largest];
        for (int i = 0; i < order; i++)
        {
            if (free[i])
                index[n++] = i;
        }

        Span<double> scale = stackalloc double[Largest];
        Span<double> l = stackalloc double[Largest * Largest];
        Span<double> z = stackalloc double[Largest];
        for (int i = 0; i < n; i++)
        {
            double diagonal = h[index[i] * (order + 1)];
            if (!(diagonal > 1e-300))
            {
                if (ridge == 0)
                    return false;
                diagonal = 1;
            }

            scale[i] = 1 / Math.Sqrt(diagonal);
        }

        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = (h[(index[i] * order) + index[j]] * scale[i] * scale[j]) + (i == j ? ridge : 0);
                for (int k = 0; k < j; k++)
                    sum -= l[(i * Largest) + k] * l[(j * Largest) + k];
                if (i == j)
                {
                    if (!(sum > 1e-13))
                        return false;
                    l[(i * Largest) + i] = Math.Sqrt(sum);
                }
                else
                {
                    l[(i * Largest) + j] = sum / l[(j * Largest) + j];
                }
            }
        }

        for (int i = 0; i < n; i++)
        {
            double sum = g[index[i]] * scale[i];
            for (int k = 0; k < i; k++)
                sum -= l[(i * Largest) + k] * z[k];
            z[i] = sum / l[(i * Largest) + i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            double sum = z[i];
            for (int k = i + 1; k < n; k++)
                sum -= l[(k * Largest) + i] * z[k];
            z[i] = sum / l[(i * Largest) + i];
            step[index[i]] = z[i] * scale[i];
        }

        return true;
    }
}
