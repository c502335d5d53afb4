using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Calibration.Analysis;
using Calibration.Analysis.Deciding;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Solving;

namespace Calibration.Calibrate.Output;

/// <summary>The allocation of a workload that came as a file.</summary>
internal static class WorkloadReport
{
    /// <exception cref="AnalysisException">No allocation is stable.</exception>
    internal static void Write(Workload workload, bool asJson, TextWriter output)
    {
        Allocation best = AllocationSolver.Solve(workload);
        Feasibility.ThrowIfNone(best);
        IntegerAllocation integer = IntegerSolver.Solve(workload);
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    arrival_rate_per_s = workload.ArrivalRatePerSecond,
                    accuracy_weight_s = workload.AccuracyWeightSeconds,
                    objective = best.Performance.Objective,
                    utilization = best.Performance.Utilization,
                    mean_system_time_s = best.Performance.MeanSystemTimeSeconds,
                    accuracy = best.Performance.Accuracy,
                    tasks = workload.Tasks.Select((task, k) => new { task = task.Task, probability = task.Probability, budget_tokens = best.Budgets[k], integer_budget_tokens = integer.Budgets[k] }),
                    integer_objective = integer.Performance.Objective,
                    kkt_residual = best.KktResidual,
                    gap_bound = best.GapBound,
                },
                Calibration.Results.ResultsJson.Document));
            return;
        }

        output.WriteLine($"Allocation at {PointOf(workload).Caption}:");
        for (int k = 0; k < workload.Tasks.Length; k++)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {workload.Tasks[k].Task,-14} ℓ* = {best.Budgets[k],12:0.000}   whole {integer.Budgets[k],7}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  J = {best.Performance.Objective:0.000000} s, accuracy {best.Performance.Accuracy:0.0000}, mean system time {best.Performance.MeanSystemTimeSeconds:0.0000} s, utilization {best.Performance.Utilization:0.0000}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  certificate: KKT residual {best.KktResidual:0.0e+0}, J* − J ≤ {best.GapBound:0.0e+0} s; whole budgets J = {integer.Performance.Objective:0.000000}, at most {integer.GapBound:0.0e+0} s below the best"));
        WriteMethods(workload, best, output);
    }

    /// <summary>What the paper's own iterations do here, and how ℓ* moves.</summary>
    private static void WriteMethods(Workload workload, Allocation best, TextWriter output)
    {
        foreach (MethodOutcome method in PaperMethods.Of(workload))
            output.WriteLine($"  {method.Method}: {method.Ending} after {method.Iterations} iterations. {method.Condition}");
        if (RoundingBound.At(workload, best.Budgets.AsSpan()) is { } bound)
            output.WriteLine($"  lower bound (41) {Shown(bound)}; rounded (40) J = {Shown(IntegerSolver.Rounded(workload, best)?.Performance.Objective)}; best corner (39) J = {Shown(IntegerSolver.BestCorner(workload, best)?.Performance.Objective)}");
        output.WriteLine($"  stable up to λ = {Shown(StabilityLimit.At(workload, best.Budgets.AsSpan()), "0.####")}/s at ℓ*, {Shown(StabilityLimit.WithoutThinking(workload), "0.####")}/s without thinking");
        if (Sensitivity.Of(workload) is { } sensitivity)
        {
            for (int k = 0; k < workload.Tasks.Length; k++)
            {
                if (sensitivity.Free[k])
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {workload.Tasks[k].Task,-14} dℓ*/dλ = {sensitivity.PerArrivalRate[k]:G4} tokens·s, dℓ*/dα = {sensitivity.PerAccuracyWeight[k]:G4} tokens/s"));
            }
        }
    }

    private static AllocationPoint PointOf(Workload workload) => new(
        workload.ArrivalRatePerSecond,
        workload.AccuracyWeightSeconds,
        workload.Tasks.Max(task => task.MaxBudgetTokens),
        workload.Tasks.ToImmutableSortedDictionary(task => task.Task, task => task.Probability, StringComparer.Ordinal));

    private static string Shown(double? value, string format = "0.000000") =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? "none";
}
