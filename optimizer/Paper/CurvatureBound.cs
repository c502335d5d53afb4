using System.Globalization;
using Calibration.Optimizer.Solving;

namespace Calibration.Optimizer.Paper;

/// <summary>A bound L_J on the Hessian of J, equations (31)–(32), for the step of gradient ascent.</summary>
/// <param name="LJ">L_J, in seconds per token²; infinite where the start is not stable.</param>
/// <param name="MaxUtilization">ρ_max = λE[S(ℓ_max)] of Lemma 3.</param>
/// <param name="UtilizationBound">The utilization that the bound is built on: ρ_max, or that of the superlevel set of the start.</param>
/// <param name="IsPapers">Whether it is Lemma 3's own bound, which needs ρ_max &lt; 1.</param>
public sealed record CurvatureBound(double LJ, double MaxUtilization, double UtilizationBound, bool IsPapers)
{
    /// <summary>Which bound it is, in one sentence.</summary>
    public string Explanation => IsPapers
        ? FormattableString.Invariant($"Lemma 3 holds: ρ_max = {MaxUtilization:G4} < 1, L_J = {LJ:G4}.")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"Lemma 3 does not apply (ρ_max = {MaxUtilization:G4} ≥ 1); on the superlevel set of the start, where ρ ≤ "
                + $"{UtilizationBound:G4}, L_J = {LJ:G4}.");

    /// <summary>
    /// Lemma 3's bound where ρ_max &lt; 1. Elsewhere that of the superlevel set {J ≥ J(ℓ⁰)}: with R = αΣπ(A+D) − J(ℓ⁰) the
    /// mean system time there is at most R, so ρ ≤ 1 + λR − √(1 + λ²R²) &lt; 1, E[S²] ≤ 2R/λ and t_k ≤ √(E[S²]/π_k); the set is
    /// convex and an ascent does not leave it.
    /// </summary>
    public static CurvatureBound Of(Workload workload, ReadOnlySpan<double> start)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var model = new ObjectiveModel(workload);
        Moments largest = model.MomentsAt(model.MaxBudget, new double[model.Count]);
        double lambda = workload.ArrivalRatePerSecond, maxUtilization = lambda * largest.First;
        if (maxUtilization < 1)
            return new CurvatureBound(Row(model, maxUtilization, largest.Second), maxUtilization, maxUtilization, true);
        Performance at = workload.At(start);
        if (!at.IsStable)
            return new CurvatureBound(double.PositiveInfinity, maxUtilization, 1, false);
        double ceiling = 0;
        for (int k = 0; k < model.Count; k++)
            ceiling += model.Pi[k] * (model.A[k] + model.D[k]);
        double time = (workload.AccuracyWeightSeconds * ceiling) - at.Objective, scaled = lambda * time;

        // 1 + x − √(1 + x²) = 2x / (1 + x + √(1 + x²)); its complement √(1 + x²) − x = 1/(√(1 + x²) + x) does not cancel.
        double root = Math.Sqrt(1 + (scaled * scaled));
        double bound = 2 * scaled / (1 + scaled + root);
        return new CurvatureBound(
            Row(model, bound, Math.Min(largest.Second, 2 * time / lambda), 1 / (root + scaled)), maxUtilization, bound, false);
    }

    /// <summary>max_k Σ_j H_kj of (31) in O(N): the double sum is a product of sums.</summary>
    private static double Row(ObjectiveModel model, double utilization, double second, double? complement = null)
    {
        double lambda = model.Lambda, slack = complement ?? 1 - utilization, uu = 0, ut = 0;
        for (int j = 0; j < model.Count; j++)
        {
            double u = model.MaxBudget[j] > 0 ? model.Pi[j] * model.C[j] : 0;
            uu += u;
            ut += u * LongestService(model, j, second);
        }

        double worst = 0;
        for (int k = 0; k < model.Count; k++)
        {
            if (!(model.MaxBudget[k] > 0))
                continue;
            double u = model.Pi[k] * model.C[k], time = LongestService(model, k, second), rate = lambda / slack;
            worst = Math.Max(worst, (rate * u * model.C[k]) + (rate * rate * u * ((time * uu) + ut))
                + (rate * rate * rate * u * uu * second) + (model.Alpha * model.Pi[k] * model.A[k] * model.B[k] * model.B[k]));
        }

        return worst;
    }

    private static double LongestService(ObjectiveModel model, int k, double second) =>
        Math.Min(model.T0[k] + (model.C[k] * model.MaxBudget[k]), Math.Sqrt(second / model.Pi[k]));
}
