using System.Globalization;
using System.Text.Json;
using Calibration.Analysis;
using Calibration.Analysis.Policies;
using Calibration.Optimizer;
using Calibration.Optimizer.Paper;
using Calibration.Optimizer.Solving;
using Calibration.Results;

namespace Calibration.Calibrate.Output;

/// <summary>The allocation of a workload that came as a file.</summary>
internal static class WorkloadReport
{
    /// <exception cref="AnalysisException">No allocation is stable.</exception>
    internal static void Write(Workload workload, bool asJson, TextWriter output)
    {
        ProvedAllocation best = AllocationSolver.Solve(workload), integer = AllocationSolver.SolveInteger(workload);
        Feasibility.ThrowIfNone(best);
        var solved = new Solved(workload, best, integer, workload.IsPapers ? NewtonSolver.Solve(workload) : null);
        if (asJson)
            output.WriteLine(Json(solved));
        else
            WriteText(solved, output);
    }

    private static string Json(Solved solved)
    {
        (Workload workload, ProvedAllocation best, ProvedAllocation integer, Allocation? paper) = solved;
        return JsonSerializer.Serialize(
            new
            {
                arrival_rate_per_s = workload.ArrivalRatePerSecond,
                accuracy_weight_s = workload.AccuracyWeightSeconds,
                objective = best.Performance.Objective,
                utilization = best.Performance.Utilization,
                mean_wait_s = best.Performance.MeanWaitSeconds,
                mean_system_time_s = best.Performance.MeanSystemTimeSeconds,
                accuracy = best.Performance.Accuracy,
                tasks = workload.Tasks.Select((task, k) => new
                {
                    task = task.Task,
                    probability = task.Probability,
                    shape = task.Accuracy.Name,
                    budget_tokens = best.Budgets[k],
                    integer_budget_tokens = (int)integer.Budgets[k],
                    mean_thinking_tokens = task.MeanTokensAt(best.Budgets[k]),
                }),
                integer_objective = integer.Performance.Objective,
                kkt_residual = paper?.KktResidual,
                proof = best.Status,
                gap_bound = Finite(best.GapBound),
                nodes = best.Nodes,
                integer_proof = integer.Status,
                integer_gap_bound = Finite(integer.GapBound),
                integer_nodes = integer.Nodes,
            },
            ResultsJson.Document);
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static void WriteText(Solved solved, TextWriter output)
    {
        (Workload workload, ProvedAllocation best, ProvedAllocation integer, Allocation? paper) = solved;
        output.WriteLine($"Allocation at {AllocationPoint.Of(workload).Caption}:");
        for (int k = 0; k < workload.Tasks.Length; k++)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {workload.Tasks[k].Task,-14} ℓ* = {best.Budgets[k],12:0.000}   integer {integer.Budgets[k],7}   "
                    + $"({workload.Tasks[k].Accuracy.Name})"));
        }

        Performance at = best.Performance;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  J = {at.Objective:0.000000} s, accuracy {at.Accuracy:0.0000}, mean system time {at.MeanSystemTimeSeconds:0.0000} s, "
                + $"utilization {at.Utilization:0.0000}"));
        output.WriteLine($"  certificate: {ProofOf(best)}; integer budgets J = {Shown(integer.Performance.Objective)}, {ProofOf(integer)}");
        output.WriteLine(
            $"  stable up to λ = {Shown(StabilityLimit.At(workload, best.Budgets.AsSpan()), "0.####")}/s at ℓ*, "
                + $"{Shown(StabilityLimit.WithoutThinking(workload), "0.####")}/s at the smallest budgets");
        if (paper is not null)
            WritePaper(workload, paper, output);
    }

    private static string ProofOf(ProvedAllocation found) => found.Status == ProofStatus.Unproved
        ? "no bound could be proved on this server"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"at most {found.GapBound:0.0e+0} s below the best ({found.Status}, {found.Nodes} nodes){Basis(found)}");

    private static string Basis(ProvedAllocation found) => found.BasisSentence.Length > 0 ? $". {found.BasisSentence.TrimEnd('.')}" : "";

    /// <summary>What the paper's own iterations and bounds say, and how ℓ* moves.</summary>
    private static void WritePaper(Workload workload, Allocation best, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  KKT residual {best.KktResidual:0.0e+0}"));
        foreach (MethodOutcome method in PaperMethods.Of(workload, best))
            output.WriteLine($"  {method.Method}: {method.Ending} after {method.Iterations} iterations. {method.Condition}");
        if (RoundingBound.At(workload, best.Budgets.AsSpan()) is { } bound)
        {
            string rounded = Shown(PaperCorners.Rounded(workload, best)?.Performance.Objective);
            string corner = Shown(PaperCorners.Best(workload, best)?.Performance.Objective);
            output.WriteLine($"  lower bound (41) {Shown(bound)}; rounded (40) J = {rounded}; best corner (39) J = {corner}");
        }

        if (Sensitivity.Of(workload) is not { } sensitivity)
            return;
        for (int k = 0; k < workload.Tasks.Length; k++)
        {
            if (sensitivity.Free[k])
            {
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {workload.Tasks[k].Task,-14} dℓ*/dλ = {sensitivity.PerArrivalRate[k]:G4} tokens·s, dℓ*/dα = "
                        + $"{sensitivity.PerAccuracyWeight[k]:G4} tokens/s"));
            }
        }
    }

    private static string Shown(double? value, string format = "0.000000") =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? "none";

    /// <summary>A workload with its best budgets; <c>Paper</c> is absent where the paper's own methods do not apply.</summary>
    private sealed record Solved(Workload Workload, ProvedAllocation Best, ProvedAllocation Integer, Allocation? Paper);
}
