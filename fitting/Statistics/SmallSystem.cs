namespace Calibration.Fitting.Statistics;

/// <summary>Symmetric positive definite systems of up to three unknowns, without allocation.</summary>
internal static class SmallSystem
{
    /// <summary>Solves the free part of H step = g by Cholesky on the diagonally scaled matrix; false where it is not positive definite.</summary>
    public static bool TrySolve(
        ReadOnlySpan<double> h, ReadOnlySpan<double> g, bool free0, bool free1, bool free2, double ridge, Span<double> step)
    {
        step.Clear();
        Span<int> index = stackalloc int[3];
        int n = 0;
        if (free0)
            index[n++] = 0;
        if (free1)
            index[n++] = 1;
        if (free2)
            index[n++] = 2;
        Span<double> scale = stackalloc double[3];
        Span<double> l = stackalloc double[9];
        Span<double> z = stackalloc double[3];
        for (int i = 0; i < n; i++)
        {
            double diagonal = h[index[i] * 4];
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
                double sum = (h[(index[i] * 3) + index[j]] * scale[i] * scale[j]) + (i == j ? ridge : 0);
                for (int k = 0; k < j; k++)
                    sum -= l[(i * 3) + k] * l[(j * 3) + k];
                if (i == j)
                {
                    if (!(sum > 1e-13))
                        return false;
                    l[(i * 3) + i] = Math.Sqrt(sum);
                }
                else
                {
                    l[(i * 3) + j] = sum / l[(j * 3) + j];
                }
            }
        }

        for (int i = 0; i < n; i++)
        {
            double sum = g[index[i]] * scale[i];
            for (int k = 0; k < i; k++)
                sum -= l[(i * 3) + k] * z[k];
            z[i] = sum / l[(i * 3) + i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            double sum = z[i];
            for (int k = i + 1; k < n; k++)
                sum -= l[(k * 3) + i] * z[k];
            z[i] = sum / l[(i * 3) + i];
            step[index[i]] = z[i] * scale[i];
        }

        return true;
    }
}
