using System.Collections.Immutable;

namespace Calibration.Optimizer.Solving;

/// <summary>How ℓ* moves with the operating point, by the implicit function theorem on the tasks that no bound holds.</summary>
/// <param name="PerArrivalRate">dℓ*/dλ, in tokens per query a second.</param>
/// <param name="PerAccuracyWeight">dℓ*/dα, in tokens per second.</param>
/// <param name="Free">Which tasks no bound holds; the others do not move, as long as the bound goes on holding them.</param>
public sealed record Sensitivity(ImmutableArray<double> PerArrivalRate, ImmutableArray<double> PerAccuracyWeight, ImmutableArray<bool> Free)
{
    /// <summary>The sensitivities at ℓ*; null where nothing is stable.</summary>
    public static Sensitivity? Of(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var model = new ObjectiveModel(workload);
        var ascent = new NewtonAscent(model);
        int n = model.Count;
        double[] budgets = new double[n], byRate = new double[n], byWeight = new double[n];
        if (NewtonSolver.Climb(model, ascent, budgets) is null)
            return null;
        Moments m = ascent.Moments;
        double lambda = model.Lambda, slack = m.Slack;
        var hessian = new ReducedHessian(model);
        hessian.Load(budgets, ascent.Gains, ascent.Free, m);
        for (int k = 0; k < n; k++)
        {
            // ∂²J/∂ℓ∂λ: the price 1 + λt/δ + λ²E[S²]/(2δ²) rises by itself and through δ = 1 − λE[S].
            double time = model.Spread[k] * (model.T0[k] + (model.C[k] * budgets[k]));
            byRate[k] = -model.Pi[k] * model.C[k] * ((time / (slack * slack)) + (lambda * m.Second / (slack * slack * slack)));
            byWeight[k] = ascent.Gains[k] / model.Alpha;
        }

        double[] perRate = new double[n], perWeight = new double[n];
        hessian.Solve(byRate, perRate);
        hessian.Solve(byWeight, perWeight);
        return new Sensitivity([.. perRate], [.. perWeight], [.. ascent.Free]);
    }
}

/// <summary>The largest arrival rate that the server bears, equation (4).</summary>
public static class StabilityLimit
{
    /// <summary>
    /// The rate 1/E[S(ℓ)] in queries per second, from which on an allocation is not stable; null where E[S(ℓ)] is 0 (t0 fitted at its
    /// bound 0, no thinking), because then there is no limit.
    /// </summary>
    public static double? At(Workload workload, ReadOnlySpan<double> budgets)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return workload.At(budgets).MeanServiceSeconds is var mean and > 0 ? workload.Server.FullSpeed / mean : null;
    }

    /// <summary>The rate 1/E[S(0)] from which on no allocation is stable; null where E[S(0)] is 0.</summary>
    public static double? WithoutThinking(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return At(workload, [.. workload.Tasks.Select(task => task.MinBudgetTokens)]);
    }
}
