using System.Collections.Immutable;

namespace Calibration.Optimizer;

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
        if (AllocationSolver.Climb(model, ascent, new double[n], model.MaxBudget, budgets) is null)
            return null;
        Moments m = ascent.Moments;
        double lambda = model.Lambda, slack = m.Slack;
        var hessian = new ReducedHessian(model);
        hessian.Load(budgets, ascent.Gains, ascent.Free, m);
        for (int k = 0; k < n; k++)
        {
            // ∂²J/∂ℓ∂λ: the price 1 + λt/δ + λ²E[S²]/(2δ²) rises by itself and through δ = 1 − λE[S].
            double time = model.T0[k] + (model.C[k] * budgets[k]);
            byRate[k] = -model.Pi[k] * model.C[k] * ((time / (slack * slack)) + (lambda * m.Second / (slack * slack * slack)));
            byWeight[k] = ascent.Gains[k] / model.Alpha;
        }

        double[] perRate = new double[n], perWeight = new double[n];
        hessian.Solve(byRate, perRate);
        hessian.Solve(byWeight, perWeight);
        return new Sensitivity([.. perRate], [.. perWeight], [.. ascent.Free]);
    }
}
