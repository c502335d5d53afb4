using System.Collections.Immutable;
using Calibration.Analysis.Policies;
using Calibration.Optimizer;

namespace Calibration.Analysis.Uncertainty;

/// <summary>J of any budgets where each accuracy is the shape's plus its measured residual.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Residuals">One per task; null where its answers are not known.</param>
internal sealed record MeasuredValue(Workload Workload, ImmutableArray<MeasuredResidual?> Residuals)
{
    /// <summary>A workload with the residuals of the data.</summary>
    internal static MeasuredValue OnData(Workload workload, ImmutableArray<DecisionTask> tasks) =>
        new(workload, [.. tasks.Select((task, k) => task.ResidualOf(workload.Tasks[k]))]);

    /// <summary>The same operating point with a replicate's tasks and residuals.</summary>
    internal MeasuredValue With(DrawnTask[] drawn) =>
        new(Workload with { Tasks = [.. drawn.Select(task => task.Model)] }, [.. drawn.Select(task => task.Residual)]);

    /// <summary>The same over the replicate's measured budgets alone.</summary>
    internal MeasuredValue WithMeasured(DrawnTask[] drawn) =>
        new(Workload with { Tasks = [.. drawn.Select(task => task.Measured)] }, [.. drawn.Select(task => task.MeasuredResidual)]);

    /// <summary>J at budgets, one per task; −∞ where they are not stable.</summary>
    internal double At(ReadOnlySpan<double> budgets)
    {
        double accuracy = 0;
        for (int k = 0; k < budgets.Length; k++)
            accuracy += Workload.Tasks[k].Probability * (Residuals[k]?.At(budgets[k]) ?? 0);
        return AnyBudget.At(Workload, budgets).Objective + (Workload.AccuracyWeightSeconds * accuracy);
    }

    /// <summary>J at one budget for all tasks.</summary>
    internal double AtUniform(double budget)
    {
        Span<double> budgets = stackalloc double[Workload.Tasks.Length];
        budgets.Fill(budget);
        return At(budgets);
    }
}
