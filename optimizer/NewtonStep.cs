namespace Calibration.Optimizer;

/// <summary>
/// One projected Newton step on −J (Bertsekas, SIAM J. Control Optim. 20, 1982): tasks that a bound holds back move
/// by nothing, the others by Newton's step of their own reduced Hessian.
/// </summary>
internal sealed class NewtonStep(ObjectiveModel model, double[] low, double[] high)
{
    private const double SufficientDecrease = 1e-4;
    private const int Halvings = 60;

    private readonly double[] gradient = new double[model.Count];
    private readonly double[] direction = new double[model.Count];
    private readonly double[] trial = new double[model.Count];
    private readonly bool[] free = new bool[model.Count];

    /// <summary>Moves <paramref name="budgets"/> downhill on −J; false where nothing is left to gain.</summary>
    internal bool Take(double[] budgets, ref Moments moments, double tolerance)
    {
        if (!FindFree(budgets, moments, tolerance))
            return false;
        SolveReduced(budgets, moments);
        double slope = 0;
        for (int k = 0; k < budgets.Length; k++)
            slope += free[k] ? gradient[k] * direction[k] : 0;
        double length = 1;
        for (int halving = 0; halving < Halvings; halving++, length /= 2)
        {
            for (int k = 0; k < budgets.Length; k++)
                trial[k] = free[k] ? Math.Clamp(budgets[k] - (length * direction[k]), low[k], high[k]) : budgets[k];
            Moments reached = model.MomentsAt(trial);

            // Close to the optimum −J no longer resolves the gain; there Newton's full step is trusted if J does not fall.
            bool resolved = SufficientDecrease * length * slope > 1e-15 * Math.Abs(moments.Loss);
            if (reached.Slack > 0 && (resolved
                ? reached.Loss <= moments.Loss - (SufficientDecrease * length * slope)
                : reached.Loss <= moments.Loss + (1e-14 * Math.Abs(moments.Loss)) && Improves(budgets, moments, reached)))
            {
                trial.CopyTo(budgets, 0);
                moments = reached;
                return true;
            }
        }

        return false;
    }

    private bool Improves(double[] budgets, in Moments before, in Moments after) =>
        Certificate.KktResidual(model, low, high, trial, after) < Certificate.KktResidual(model, low, high, budgets, before);

    /// <summary>Gradient of −J, and which tasks no bound holds back; false where the KKT conditions hold.</summary>
    private bool FindFree(double[] budgets, in Moments moments, double tolerance)
    {
        bool any = false;
        for (int k = 0; k < budgets.Length; k++)
        {
            double gain = model.GainAt(k, budgets[k]), price = model.PriceAt(k, budgets[k], moments);
            gradient[k] = price - gain;
            free[k] = !((budgets[k] <= low[k] && gradient[k] >= 0) || (budgets[k] >= high[k] && gradient[k] <= 0)) && low[k] < high[k];
            any |= free[k] && Math.Abs(gradient[k]) > tolerance * Math.Max(gain, price);
        }

        return any;
    }

    /// <summary>
    /// H = diag(h) + (λ²/δ²)(u vᵀ + v uᵀ) + (λ³E[S²]/δ³) u uᵀ with u = πc and v = πct; H d = g by Woodbury on the
    /// 2×2 system in (uᵀd, vᵀd).
    /// </summary>
    private void SolveReduced(double[] budgets, in Moments moments)
    {
        double lambda = model.Lambda, slack = moments.Slack;
        double cross = lambda * lambda / (slack * slack);
        double square = cross * lambda * moments.Second / slack;
        double uu = 0, uv = 0, vv = 0, ug = 0, vg = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            if (!free[k])
                continue;
            (double u, double v, double inverse) = Pieces(k, budgets[k], slack);
            uu += u * u * inverse;
            uv += u * v * inverse;
            vv += v * v * inverse;
            ug += u * gradient[k] * inverse;
            vg += v * gradient[k] * inverse;
        }

        // With p = uᵀd and q = vᵀd: d = h⁻¹(g − u(square·p + cross·q) − v·cross·p).
        double a11 = 1 + (uu * square) + (uv * cross), a12 = uu * cross;
        double a21 = (uv * square) + (vv * cross), a22 = 1 + (uv * cross);
        double determinant = (a11 * a22) - (a12 * a21);
        double p = ((ug * a22) - (a12 * vg)) / determinant, q = ((a11 * vg) - (a21 * ug)) / determinant;
        for (int k = 0; k < budgets.Length; k++)
        {
            if (!free[k])
                continue;
            (double u, double v, double inverse) = Pieces(k, budgets[k], slack);
            direction[k] = inverse * (gradient[k] - (u * ((square * p) + (cross * q))) - (v * cross * p));
        }
    }

    private (double U, double V, double InverseDiagonal) Pieces(int k, double budget, double slack)
    {
        double u = model.Pi[k] * model.C[k];
        double diagonal = (model.GainAt(k, budget) * model.B[k]) + (model.Lambda * u * model.C[k] / slack);
        return (u, u * (model.T0[k] + (model.C[k] * budget)), 1 / diagonal);
    }
}
