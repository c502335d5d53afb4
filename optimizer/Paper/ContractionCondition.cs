using System.Globalization;

namespace Calibration.Optimizer.Paper;

/// <summary>The paper's test of contraction, Lemma 2: L_∞ &lt; 1, equation (26).</summary>
/// <param name="MaxUtilization">ρ_max = λE[S(ℓ_max)].</param>
/// <param name="LInfinity">L_∞; null where ρ_max ≥ 1, for which the lemma does not define it.</param>
/// <param name="Floor">max_k Σ_j π_j c_j / c_k, at least 1; a lower bound on L_∞.</param>
public sealed record ContractionCondition(double MaxUtilization, double? LInfinity, double Floor)
{
    /// <summary>Whether L_∞ &lt; 1. It is false at every operating point where two tasks or more think.</summary>
    public bool Holds => LInfinity < 1;

    /// <summary>The verdict in one sentence.</summary>
    public string Explanation => LInfinity is { } value
        ? Holds
            ? FormattableString.Invariant($"L_∞ = {value:G4} is below 1: the iteration is a contraction.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"L_∞ = {value:G4} is not below 1; it is at least Σπc/min c = {Floor:G4} (docs/method.md), so the spectral radius at ℓ* "
                    + $"decides.")
        : FormattableString.Invariant($"L_∞ is not defined: Lemma 2 assumes ρ_max < 1, and ρ_max = {MaxUtilization:G4}.");

    /// <summary>Evaluates (26); tasks that may not think (ℓ_max = 0) are constants and take no part but in the moments.</summary>
    public static ContractionCondition Of(Workload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        (double first, double second, double slowest, double perToken) = (0, 0, 0, 0);
        foreach (TaskModel task in workload.Tasks)
        {
            double seconds = task.Service.At(task.MaxBudgetTokens);
            first += task.Probability * seconds;
            second += task.Probability * ((seconds * seconds) + task.ServiceVariance);
            slowest = Math.Max(slowest, seconds);
            perToken += task.MaxBudgetTokens > 0 ? task.Probability * task.Service.SecondsPerToken : 0;
        }

        double lambda = workload.ArrivalRatePerSecond, slack = 1 - (lambda * first), largest = 0, floor = 0;
        foreach (TaskModel task in workload.Tasks)
        {
            if (!(task.MaxBudgetTokens > 0))
                continue;
            double common = 1 + (lambda * ((slowest / slack) + (lambda * second / (2 * slack * slack))));
            largest = Math.Max(largest, ((common / task.Service.SecondsPerToken) + (lambda / (task.Exponential.B * slack))) * perToken);
            floor = Math.Max(floor, perToken / task.Service.SecondsPerToken);
        }

        return new ContractionCondition(lambda * first, slack > 0 ? largest : null, floor);
    }
}
