namespace Calibration.Optimizer.Solving;

/// <summary>Proof of how good an allocation is, from J's concavity alone.</summary>
internal static class Certificate
{
    /// <summary>Largest violation of the KKT conditions (17)–(18), each relative to the largest term of its gradient.</summary>
    /// <remarks>The box is that of the model: no thinking to each task's largest budget.</remarks>
    internal static double KktResidual(ObjectiveModel model, ReadOnlySpan<double> budgets, ReadOnlySpan<double> gains, in Moments moments)
    {
        double worst = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            double violation = gains[k] - model.PriceAt(k, budgets[k], moments);
            if ((budgets[k] <= 0 && violation < 0) || (budgets[k] >= model.MaxBudget[k] && violation > 0))
                continue;
            worst = Math.Max(worst, Math.Abs(violation) / Math.Max(gains[k], model.LargestPriceTerm(k, budgets[k], moments)));
        }

        return worst;
    }

    /// <summary>
    /// Upper bound on J* − J(ℓ): the largest rise of the tangent plane over the box, cut where a task alone would
    /// overload the server.
    /// </summary>
    internal static double GapBound(ObjectiveModel model, ReadOnlySpan<double> budgets, ReadOnlySpan<double> gains, in Moments moments)
    {
        double bound = 0;
        for (int k = 0; k < budgets.Length; k++)
        {
            double slope = gains[k] - model.PriceAt(k, budgets[k], moments);
            double stable = ((1 / (model.Lambda * model.Pi[k])) - model.T0[k]) / model.C[k];
            double room = slope > 0 ? Math.Max(0, Math.Min(model.MaxBudget[k], stable) - budgets[k]) : -budgets[k];
            bound += slope * room;
        }

        return bound;
    }
}
