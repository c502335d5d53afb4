using System.Globalization;
using Calibration.Optimizer;

namespace Calibration.Analysis.Policies;

/// <summary>Whether any allocation is stable.</summary>
public static class Feasibility
{
    /// <exception cref="AnalysisException">The server is overloaded even without thinking.</exception>
    public static void ThrowIfNone(ProvedAllocation allocation)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        if (allocation.Status != ProofStatus.Infeasible)
            return;
        Performance at = allocation.Performance;
        throw new AnalysisException(string.Create(
            CultureInfo.InvariantCulture,
            $"No allocation is stable: even at the smallest budgets the server would be busy {at.Utilization:0.####} of the time, "
            + $"{at.Utilization - 1:0.####} too much. Lower {{ArrivalRate}} below {at.ArrivalRatePerSecond / at.Utilization:0.######}."));
    }
}
