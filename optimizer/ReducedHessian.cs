namespace Calibration.Optimizer;

/// <summary>
/// The Hessian of −J over the tasks that no bound holds back, equation (11): H = diag(h) + (λ²/δ²)(u vᵀ + v uᵀ) +
/// (λ³E[S²]/δ³) u uᵀ with u = πc and v = πct. H x = y costs O(N) by Woodbury on a 2×2 system in (uᵀx, vᵀx).
/// </summary>
internal sealed class ReducedHessian(ObjectiveModel model)
{
    private readonly double[] u = new double[model.Count];
    private readonly double[] v = new double[model.Count];
    private readonly double[] inverse = new double[model.Count];
    private double cross, square, uu, uv, vv;

    /// <summary>1/h of each free task; 0 for one that is held.</summary>
    internal ReadOnlySpan<double> InverseDiagonal => inverse;

    internal void Load(double[] budgets, double[] gains, bool[] free, in Moments moments)
    {
        double lambda = model.Lambda, slack = moments.Slack;
        cross = lambda * lambda / (slack * slack);
        square = cross * lambda * moments.Second / slack;
        (uu, uv, vv) = (0, 0, 0);
        for (int k = 0; k < budgets.Length; k++)
        {
            u[k] = model.Pi[k] * model.C[k];
            v[k] = u[k] * (model.T0[k] + (model.C[k] * budgets[k]));
            inverse[k] = free[k] ? 1 / ((gains[k] * model.B[k]) + (lambda * u[k] * model.C[k] / slack)) : 0;
            double scaled = u[k] * inverse[k];
            uu += u[k] * scaled;
            uv += v[k] * scaled;
            vv += v[k] * v[k] * inverse[k];
        }
    }

    /// <summary>Solves H x = y over the free tasks; x is 0 for the others.</summary>
    internal void Solve(ReadOnlySpan<double> y, Span<double> x)
    {
        double uy = 0, vy = 0;
        for (int k = 0; k < y.Length; k++)
        {
            double scaled = inverse[k] * y[k];
            uy += u[k] * scaled;
            vy += v[k] * scaled;
        }

        // With p = uᵀx and q = vᵀx: x = h⁻¹(y − u(square·p + cross·q) − v·cross·p).
        double a11 = 1 + (uu * square) + (uv * cross), a12 = uu * cross;
        double a21 = (uv * square) + (vv * cross), a22 = 1 + (uv * cross);
        double determinant = (a11 * a22) - (a12 * a21);
        double p = ((uy * a22) - (a12 * vy)) / determinant, q = ((a11 * vy) - (a21 * uy)) / determinant;
        double onU = (square * p) + (cross * q), onV = cross * p;
        for (int k = 0; k < y.Length; k++)
            x[k] = inverse[k] * (y[k] - (u[k] * onU) - (v[k] * onV));
    }
}
