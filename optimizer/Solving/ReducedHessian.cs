namespace Calibration.Optimizer.Solving;

/// <summary>
/// The Hessian of −J over the tasks that no bound holds back, equation (11): H = diag(h) + (λ²/δ²)(u vᵀ + v uᵀ) +
/// (λ³E[S²]/δ³) u uᵀ with u = πc and v = πct. H x = y costs O(N) by Woodbury on a 2×2 system in (uᵀx, vᵀx).
/// </summary>
internal sealed class ReducedHessian(ObjectiveModel model)
{
    private readonly double[] _u = new double[model.Count];
    private readonly double[] _v = new double[model.Count];
    private readonly double[] _inverse = new double[model.Count];
    private double _cross, _square, _uu, _uv, _vv;

    /// <summary>1/h of each free task; 0 for one at a bound.</summary>
    internal ReadOnlySpan<double> InverseDiagonal => _inverse;

    internal void Load(double[] budgets, double[] gains, bool[] free, in Moments moments)
    {
        double lambda = model.Lambda, slack = moments.Slack;
        _cross = lambda * lambda / (slack * slack);
        _square = _cross * lambda * moments.Second / slack;
        (_uu, _uv, _vv) = (0, 0, 0);
        for (int k = 0; k < budgets.Length; k++)
        {
            _u[k] = model.Pi[k] * model.C[k];
            _v[k] = _u[k] * (model.Spread[k] * (model.T0[k] + (model.C[k] * budgets[k])));
            _inverse[k] = free[k] ? 1 / ((gains[k] * model.B[k]) + (lambda * _u[k] * model.C[k] * model.Spread[k] / slack)) : 0;
            double scaled = _u[k] * _inverse[k];
            _uu += _u[k] * scaled;
            _uv += _v[k] * scaled;
            _vv += _v[k] * _v[k] * _inverse[k];
        }
    }

    /// <summary>Solves H x = y over the free tasks; x is 0 for the others.</summary>
    internal void Solve(ReadOnlySpan<double> y, Span<double> x)
    {
        double uy = 0, vy = 0;
        for (int k = 0; k < y.Length; k++)
        {
            double scaled = _inverse[k] * y[k];
            uy += _u[k] * scaled;
            vy += _v[k] * scaled;
        }

        // With p = uᵀx and q = vᵀx: x = h⁻¹(y − u(square·p + cross·q) − v·cross·p).
        double a11 = 1 + (_uu * _square) + (_uv * _cross), a12 = _uu * _cross;
        double a21 = (_uv * _square) + (_vv * _cross), a22 = 1 + (_uv * _cross);
        double determinant = (a11 * a22) - (a12 * a21);
        double p = ((uy * a22) - (a12 * vy)) / determinant, q = ((a11 * vy) - (a21 * uy)) / determinant;
        double onU = (_square * p) + (_cross * q), onV = _cross * p;
        for (int k = 0; k < y.Length; k++)
            x[k] = _inverse[k] * (y[k] - (_u[k] * onU) - (_v[k] * onV));
    }
}
