using Calibration.Optimizer;

namespace Calibration.Analysis.Uncertainty;

/// <summary>A workload with what was found for it, so that nothing is solved twice.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Best">Its best allocation.</param>
/// <param name="Uniform">Its best uniform budget; null where none is stable, or where it is not asked for.</param>
internal sealed record SolvedWorkload(Workload Workload, ProvedAllocation Best, (double BudgetTokens, double Objective)? Uniform = null);
