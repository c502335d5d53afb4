namespace Calibration.Optimizer;

/// <summary>The map ℓ̂ of (22): each task's stationary budget at given E[S] and E[S²].</summary>
internal sealed class FixedPointMap(ObjectiveModel model)
{
    /// <summary>ℓ̂_k and how fast it moves with δ = 1 − λE[S] and with E[S²]; −∞ for a task that gains nothing.</summary>
    internal (double Budget, double PerSlack, double PerSecondMoment) At(int k, in Moments moments)
    {
        double lambda = model.Lambda, slack = moments.Slack, b = model.B[k], c = model.C[k];
        double offset = -(model.T0[k] / c) - (slack / (lambda * c)) - (lambda * moments.Second / (2 * c * slack));

        // As a sum of logarithms: the product may leave the range of a double where none of its factors does.
        double logarithm = (2 * Math.Log(b / c)) + Math.Log(model.Alpha * model.A[k]) + Math.Log(slack / lambda);
        if (double.IsNegativeInfinity(logarithm))
            return (double.NegativeInfinity, 0, 0);

        // ω + ln ω = ln(bL) − bK, so ℓ̂ = ω/b + K = (ln(bL) − ln ω)/b: the second does not cancel where ω is large.
        double omega = WrightOmega.At(logarithm - (b * offset));
        double budget = omega < 1 ? (omega / b) + offset : (logarithm - Math.Log(omega)) / b;
        double perOffset = 1 / (1 + omega), perLogarithm = omega / (1 + omega) / b;
        double offsetPerSlack = (-1 / (lambda * c)) + (lambda * moments.Second / (2 * c * slack * slack));
        double offsetPerSecond = -lambda / (2 * c * slack);
        return (budget, (perLogarithm / slack) + (perOffset * offsetPerSlack), perOffset * offsetPerSecond);
    }

    /// <summary>
    /// Spectral radius of the projected map's Jacobian. ℓ̂ depends on the budgets through E[S] and E[S²] only, so the
    /// Jacobian has rank two, and its other eigenvalues are those of a 2×2 matrix; tasks at a bound do not move.
    /// </summary>
    internal double SpectralRadius(ReadOnlySpan<double> budgets, in Moments moments)
    {
        double m11 = 0, m12 = 0, m21 = 0, m22 = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            (double budget, double perSlack, double perSecond) = At(k, moments);
            if (!(budget > 0 && budget < model.MaxBudget[k]))
                continue;
            double slackPerBudget = -model.Lambda * model.Pi[k] * model.C[k];
            double secondPerBudget = 2 * model.Pi[k] * model.C[k] * (model.T0[k] + (model.C[k] * budgets[k]));
            m11 += slackPerBudget * perSlack;
            m12 += slackPerBudget * perSecond;
            m21 += secondPerBudget * perSlack;
            m22 += secondPerBudget * perSecond;
        }

        double half = (m11 + m22) / 2, determinant = (m11 * m22) - (m12 * m21), under = (half * half) - determinant;
        return under >= 0 ? Math.Abs(half) + Math.Sqrt(under) : Math.Sqrt(determinant);
    }
}
