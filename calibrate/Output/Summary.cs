using System.Globalization;
using Calibration.Analysis;
using Calibration.Fitting;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Calibrate.Output;

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
        if (fits.Incomplete is { } incomplete)
            output.WriteLine($"This run is {incomplete}.");
        if (allocation is null)
        {
            if (fits.Tasks.All(task => task.IsMissingData))
                output.WriteLine("There is no allocation: every task is left out, because too many of its trials are missing.");
            return;
        }

        foreach (LeftOutTask task in allocation.LeftOut)
            output.WriteLine($"\n{task.DisplayName} is left out of the allocation; the other shares are divided by their sum.");
        string simulated = (allocation.Simulated ? " (simulated endpoint)" : "") + (allocation.Incomplete is { } missing ? $" ({missing})" : "");
        output.WriteLine($"\nAllocation at {AllocationPoint.Of(allocation).Caption}{simulated}:");
        foreach (TaskAllocation task in allocation.Tasks)
        {
            string used = task.MeanThinkingTokens is { } mean ? string.Create(CultureInfo.InvariantCulture, $", {(task.Extrapolated ? "at least " : "")}{mean:0} tokens used on average") : "";
            string interval = allocation.Decision?.Tasks.FirstOrDefault(decided => decided.Task == task.Task) is { } decided
                ? string.Create(CultureInfo.InvariantCulture, $" [{decided.BudgetTokens.Low:0.0}, {decided.BudgetTokens.High:0.0}]")
                : "";
            string remark = task.Measured ? " (best measured budget)" : task.Extrapolated ? " (extrapolated)" : "";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {task.DisplayName,-14} ℓ* = {task.BudgetTokens,9:0.0}{interval,-18}   whole {task.IntegerBudgetTokens,6}   accuracy {task.Accuracy:0.000}   service {task.ServiceSeconds:0.000} s{used}{remark}"));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  J = {allocation.Objective:0.0000} s, accuracy {allocation.Accuracy:0.0000}, mean system time {allocation.MeanSystemTimeSeconds:0.0000} s, utilization {allocation.Utilization:0.0000}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  certificate: KKT residual {allocation.KktResidual:0.0e+0}, J* − J ≤ {allocation.GapBound:0.0e+0} s; whole budgets J = {allocation.IntegerObjective:0.0000}, lower bound (41) {(allocation.LowerBound is { } bound ? $"{bound:0.0000}" : "none")}"));
        if (allocation.Decision is { } decision)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {100 * decision.Level:0.#} % intervals of the re-optimised bootstrap ({decision.Replicates:N0} replicates): J [{decision.Objective.Low:0.0000}, {decision.Objective.High:0.0000}], gain over the best uniform budget [{decision.GainOverUniform.Low:0.0000}, {decision.GainOverUniform.High:0.0000}]"));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  without the model, over the measured budgets alone: J = {allocation.ModelFreeObjective:0.0000} at {string.Join(", ", allocation.Tasks.Select(task => task.ModelFreeBudgetTokens))}"));
        foreach (MethodOutcome method in allocation.Methods)
            output.WriteLine($"  {method.Method}: {method.Ending} after {method.Iterations} iterations. {method.Condition}");
        output.WriteLine("  simulated queue at ℓ*: " + allocation.QueueVerdict);
        output.WriteLine("  uniform budgets: " + string.Join(", ", allocation.Uniform.Select(uniform => string.Create(CultureInfo.InvariantCulture, $"J({uniform.BudgetTokens}) = {uniform.Objective:0.0000}"))));
        foreach (Warning warning in allocation.Warnings)
            output.WriteLine("  warning: " + warning.Text);
    }
}
