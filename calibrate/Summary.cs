using System.Globalization;
using Calibration.Fitting;
using Calibration.Report;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Calibrate;

/// <summary>What a run says at its end.</summary>
internal static class Summary
{
    internal static void Write(TextWriter output, RunFits fits, RunAllocation? allocation)
    {
        output.WriteLine();
        output.WriteLine(Table1.Markdown(fits, allocation));
        foreach (TaskFits task in fits.Tasks.Where(task => task.Accuracy.Verdict != Verdict.Identified))
            output.WriteLine($"{task.DisplayName}: {task.Accuracy.Explanation}");
        foreach (TaskFits task in fits.Tasks.Where(task => task.Trials.ContainsKey(nameof(TrialStatus.NoAnswer))))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{task.DisplayName}: in {task.Trials[nameof(TrialStatus.NoAnswer)]:N0} of {task.Trials.Values.Sum():N0} trials no answer could be read; they count as not correct."));
        if (allocation is null)
            return;
        string simulated = allocation.Simulated ? " (simulated endpoint)" : "";
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nAllocation at λ = {allocation.ArrivalRatePerSecond}/s, α = {allocation.AccuracyWeightSeconds} s{simulated}:"));
        foreach (TaskAllocation task in allocation.Tasks)
        {
            string used = task.MeanThinkingTokens is { } mean ? string.Create(CultureInfo.InvariantCulture, $", {mean:0} tokens used on average there") : "";
            string remark = task.Measured ? " (best measured budget)" : task.Extrapolated ? " (extrapolated)" : "";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {task.DisplayName,-14} ℓ* = {task.BudgetTokens,9:0.0}   whole {task.IntegerBudgetTokens,6}   accuracy {task.Accuracy:0.000}   service {task.ServiceSeconds:0.000} s{used}{remark}"));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  J = {allocation.Objective:0.0000} s, accuracy {allocation.Accuracy:0.0000}, mean system time {allocation.MeanSystemTimeSeconds:0.0000} s, utilization {allocation.Utilization:0.0000}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  certificate: KKT residual {allocation.KktResidual:0.0e+0}, J* − J ≤ {allocation.GapBound:0.0e+0} s; whole budgets J = {allocation.IntegerObjective:0.0000}, lower bound (41) {allocation.LowerBound:0.0000}"));
        output.WriteLine("  uniform budgets: " + string.Join(", ", allocation.Uniform.Select(uniform => string.Create(CultureInfo.InvariantCulture, $"J({uniform.BudgetTokens}) = {uniform.Objective:0.0000}"))));
        foreach (string warning in allocation.Warnings)
            output.WriteLine("  warning: " + warning);
    }
}
