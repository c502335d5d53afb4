using System.Globalization;
using Calibration.Analysis;
using Calibration.Calibrate.Settings;
using Calibration.Fitting;
using Calibration.Optimizer;
using Calibration.Report.Tables;
using Calibration.Results;

namespace Calibration.Calibrate.Output;

/// <summary>What a run says at its end.</summary>
internal static class Summary
{
    internal static void Write(TextWriter output, RunFits fits, RunAllocation? allocation)
    {
        output.WriteLine();
        output.WriteLine(TerminalTable.Width() is { } width
            ? $"Table I, {Table1.Caption(fits, allocation)}. 95 % intervals in brackets.\n\n"
                + TerminalTable.Of([.. Table1.Rows(fits, allocation)], width)
            : Table1.Markdown(fits, allocation));
        foreach (TaskFits task in fits.Tasks.Where(task => task.Accuracy.Verdict != Verdict.Identified))
            output.WriteLine($"{task.DisplayName}: {OptionNames.In(task.Accuracy.Explanation)}");
        foreach (TaskFits task in fits.Tasks.Where(task => task.Trials.ContainsKey(nameof(TrialStatus.NoAnswer))))
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{task.DisplayName}: in {task.Trials[nameof(TrialStatus.NoAnswer)]:N0} of {task.Trials.Values.Sum():N0} trials no answer "
                    + $"could be read; they count as not correct."));
        if (fits.Incomplete is { } incomplete)
            output.WriteLine($"This run is {incomplete}.");
        if (allocation is null)
        {
            if (fits.Tasks.All(task => task.IsMissingData))
                output.WriteLine("There is no allocation: every task has too many missing trials.");
            return;
        }

        output.WriteLine();
        foreach (string line in Answer(allocation))
            output.WriteLine(line);
        output.WriteLine("  " + ProofOf(allocation));
        if (allocation.Decision is { } decision)
        {
            string level = string.Create(CultureInfo.InvariantCulture, $"{100 * decision.Level:0.#} %");
            output.WriteLine(
                $"  re-optimised bootstrap, {decision.Replicates:N0} replicates, {level} intervals, misfit and optimism subtracted:");
            output.WriteLine($"    J {Shown(decision.Objective)}");
            if (decision.GainOverUniform is { } gain && allocation.BestUniform is { } uniform)
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"    gain over the best uniform budget ({uniform.BudgetTokens:0}) {Shown(gain)}"));
        }

        string measured = string.Join(", ", allocation.Tasks.Select(task => task.ModelFreeBudgetTokens));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  over the measured budgets alone: J = {allocation.ModelFreeObjective:0.0000} at {measured}"));
        foreach (MethodOutcome method in allocation.Methods)
            output.WriteLine("  " + method.Sentence);
        output.WriteLine("  simulated queue at ℓ*: " + allocation.QueueVerdict);
        output.WriteLine("  uniform budgets: " + string.Join(", ", allocation.Uniform.Select(uniform => string.Create(
                CultureInfo.InvariantCulture,
                $"J({uniform.BudgetTokens}) = {uniform.Objective:0.0000}{RemarkOf(uniform)}"))));
    }

    private static string RemarkOf(UniformAllocation uniform) =>
        !uniform.ExtrapolatedTasks.IsEmpty ? " (extrapolated)" : !uniform.InterpolatedTasks.IsEmpty ? " (interpolated)" : "";

    /// <summary>What is decided: the operating point, each task's budget, J.</summary>
    internal static IEnumerable<string> Answer(RunAllocation allocation)
    {
        foreach (LeftOutTask task in allocation.LeftOut)
            yield return $"{task.DisplayName} is excluded from the allocation; the other shares are divided by their sum.";
        string simulated = (allocation.Simulated ? " (simulated endpoint)" : "")
            + (allocation.Incomplete is { } missing ? $" ({missing})" : "");
        yield return $"Allocation at {AllocationPoint.Of(allocation).Caption}{simulated}:";
        foreach (TaskAllocation task in allocation.Tasks)
        {
            string used = task.MeanThinkingTokens is { } mean
                ? string.Create(CultureInfo.InvariantCulture, $", {mean:0} tokens used on average")
                : "";
            string interval = allocation.Decision?.Tasks.FirstOrDefault(decided => decided.Task == task.Task) is { } decided
                ? string.Create(CultureInfo.InvariantCulture, $" [{decided.BudgetTokens.Low:0.0}, {decided.BudgetTokens.High:0.0}]")
                : "";
            string remark = $" ({task.Shape}{(task.Extrapolated ? ", extrapolated" : "")})";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"  {task.DisplayName,-14} ℓ* = {task.BudgetTokens,9:0.0}{interval,-18}   integer {task.IntegerBudgetTokens,6}   accuracy "
                    + $"{task.Accuracy:0.000}   service {task.ServiceSeconds:0.000} s{used}{remark}");
        }

        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"  J = {allocation.Objective:0.0000} s, accuracy {allocation.Accuracy:0.0000}, mean system time "
                + $"{allocation.MeanSystemTimeSeconds:0.0000} s, utilization {allocation.Utilization:0.0000}");
    }

    private static string Shown(CorrectedValue value) => string.Create(
        CultureInfo.InvariantCulture,
        $"{value.Value:0.0000} s [{value.Interval.Low:0.0000}, {value.Interval.High:0.0000}] (raw {value.Raw:0.0000}, misfit "
            + $"{value.Misfit:0.0000}, optimism {value.Optimism:0.0000})");

    private static string ProofOf(RunAllocation allocation)
    {
        string integer = string.Create(CultureInfo.InvariantCulture, $"; integer budgets J = {allocation.IntegerObjective:0.0000}");
        string bound = allocation.LowerBound is { } lower
            ? string.Create(CultureInfo.InvariantCulture, $", lower bound (41) {lower:0.0000}")
            : "";
        string gap = allocation.GapBound is { } most
            ? string.Create(CultureInfo.InvariantCulture, $"at most {most:0.0e+0} s below the optimum of the fitted model")
            : "no bound could be proved on this server";
        string basis = allocation.ProofBasis == ProofBasis.TestedConvexity ? " (assumes convexity, which was tested but not proved)" : "";
        return $"certificate ({allocation.Proof}): {gap}{basis}{integer}{bound}";
    }
}
