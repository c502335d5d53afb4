using System.Collections.Immutable;
using System.Globalization;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Analysis.Deciding;

/// <summary>What a reader must know before using an allocation: one method per condition.</summary>
internal static class Warnings
{
    private static readonly Func<TaskFits, TaskAllocation, Warning?>[] PerTask =
        [
            NoServiceLine, NoCurve, RejectedCurve, NotConverged, ShapeWarning, Extrapolated, FarFromMeasured, NotAffine, Influenced,
            Recomputed, Excluded,
        ];

    /// <summary>
    /// The warnings of a run: falls first, then tasks that are left out, then each task's own, then the whole decision's.
    /// </summary>
    internal static ImmutableArray<Warning> Of(RunFits fits, ImmutableArray<TaskAllocation> tasks, DecisionReport? uncertainty) =>
    [
        .. fits.Tasks.Select(task => Falls(fits, task)).OfType<Warning>(),
        .. fits.Tasks.Where(task => task.IsMissingData).Select(LeftOut),
        .. from task in tasks
           let fit = fits.Tasks.First(candidate => candidate.Task == task.Task)
           from warning in PerTask.Select(condition => condition(fit, task)).OfType<Warning>()
           select warning,
        .. ModelLoses(uncertainty) is { } loses ? [loses] : Array.Empty<Warning>(),
    ];

    private static Warning? Falls(RunFits fits, TaskFits task)
    {
        if (task.Shape?.Fall is not { } fall)
            return null;
        string share = task.Shape.LengthenedShare is { } lengthened && lengthened > 0
            ? string.Create(
                CultureInfo.InvariantCulture, $" {100 * lengthened:0} % of the answers at {fall.ToTokens} continue lengthened thinking.")
            : "";
        string advice = fits.Semantics == BudgetSemantics.Exact
            ? " Forced thinking costs accuracy here: try {Semantics} cap."
            : " Longer thinking costs accuracy here: the model itself is worse beyond the peak.";
        return new Warning(Severity.Serious, $"{task.DisplayName}: {fall.Sentence}{share}{advice}");
    }

    /// <summary>The model loses against the data by more than sampling error explains.</summary>
    private static Warning? ModelLoses(DecisionReport? uncertainty) => uncertainty?.ModelFreeDifference is { Interval.Low: > 0 } difference
        ? new(
            Severity.Serious,
            string.Create(
                CultureInfo.InvariantCulture,
                $"J at the best measured budgets exceeds the shapes' J by {difference.Value:0.000} s [{difference.Interval.Low:0.000}, "
                + $"{difference.Interval.High:0.000}]: use the allocation over the measured budgets, or measure more budgets."))
        : null;

    private static Warning LeftOut(TaskFits fit) => new(
        Severity.Serious,
        $"{fit.DisplayName} is excluded from the allocation; the other shares are divided by their sum. {fit.Accuracy.Explanation}");

    private static Warning? NoServiceLine(TaskFits fit, TaskAllocation task) => HasLine(fit) ? null : new(
        Severity.Serious,
        $"{fit.DisplayName}: its service times do not determine t0 + cℓ. The task is fixed at the best of its measured budgets, with the "
        + $"times measured there. {fit.Service.Explanation}");

    private static Warning? NoCurve(TaskFits fit, TaskAllocation task) =>
        task.Measured && (HasLine(fit) || fit.Accuracy.Verdict == Verdict.NotIdentifiable)
            ? new(
                Severity.Caution,
                $"{fit.DisplayName} has no identifiable curve and is fixed at the best of its measured budgets: {fit.Accuracy.Explanation}"
                    + Advice(fit))
            : null;

    /// <summary>Which budgets would identify a curve.</summary>
    private static string Advice(TaskFits fit) => fit.HelpfulBudgets.IsEmpty ? ""
        : $" calibrate run {{Resume}} RUN {{AddBudgets}} {fit.Task}={string.Join(',', fit.HelpfulBudgets)} would help most.";

    private static Warning? RejectedCurve(TaskFits fit, TaskAllocation task) =>
        fit.Accuracy.Verdict == Verdict.LackOfFit && fit.Shape is { } shape
            ? new(Severity.Caution, $"{fit.DisplayName}: {shape.Reason} The allocation uses: {task.Shape}.")
            : null;

    private static Warning? NotConverged(TaskFits fit, TaskAllocation task)
    {
        string[] open =
        [
            .. fit.Accuracy.Converged == false ? ["the exponential"] : Array.Empty<string>(),
            .. fit.Shape?.Hill?.Converged == false ? ["the Hill curve"] : Array.Empty<string>(),
            .. fit.Service.Converged == false ? ["the service-time line"] : Array.Empty<string>(),
        ];
        return open.Length == 0 ? null : new(
            Severity.Caution,
            $"{fit.DisplayName}: the fit of {string.Join(" and ", open)} stopped before it settled. Its last digits may be wrong.");
    }

    private static Warning? ShapeWarning(TaskFits fit, TaskAllocation task) =>
        fit.Shape?.Warning is { } text ? new(Severity.Note, $"{fit.DisplayName}: {text}") : null;

    private static Warning? Extrapolated(TaskFits fit, TaskAllocation task) => task.Extrapolated
        ? new(Severity.Caution, string.Create(
            CultureInfo.InvariantCulture,
            $"{fit.DisplayName}: ℓ* = {task.BudgetTokens:0.0} lies beyond the largest measured budget, {Largest(fit)}; "
            + $"it is extrapolated."))
        : null;

    /// <summary>ℓ* lies between two measured budgets more than a factor of 2 apart: a budget there would help most.</summary>
    private static Warning? FarFromMeasured(TaskFits fit, TaskAllocation task)
    {
        int[] budgets = [.. fit.Accuracy.Points.Select(point => point.BudgetTokens)];
        int low = budgets.LastOrDefault(budget => budget <= task.BudgetTokens);
        int high = budgets.FirstOrDefault(budget => budget > task.BudgetTokens);
        return low > 0 && high > 2 * low && low != task.BudgetTokens && !task.Measured
            ? new(Severity.Note, string.Create(
                CultureInfo.InvariantCulture,
                $"{fit.DisplayName}: ℓ* = {task.BudgetTokens:0} lies between the measured budgets {low} and {high}: calibrate run "
                    + $"{{Resume}} RUN {{AddBudgets}} {fit.Task}={Math.Round(task.BudgetTokens):0} would help most."))
            : null;
    }

    private static Warning? Influenced(TaskFits fit, TaskAllocation task) => fit.Service.Influences is { Count: > 0 } influences
        ? new(Severity.Caution, $"{fit.DisplayName}: {influences[0].Sentence}")
        : null;

    private static Warning? NotAffine(TaskFits fit, TaskAllocation task) => fit.Service.Verdict == Verdict.LackOfFit
        ? new(Severity.Caution, $"{fit.DisplayName}: service times are not affine in the thinking tokens. {fit.Service.Explanation}")
        : null;

    private static Warning? Recomputed(TaskFits fit, TaskAllocation task) => fit.Prefix.Missed > 0
        ? new(
            Severity.Caution,
            $"{fit.DisplayName}: {fit.Prefix.Missed} of {fit.Prefix.Answers} service times with thinking contain recomputed tokens, up to "
            + $"{fit.Prefix.MostTokens}: the answer's request did not find its own prompt and thinking in the server's prefix cache. c is "
            + "too high for this reason.")
        : null;

    private static Warning? Excluded(TaskFits fit, TaskAllocation task)
    {
        int excluded = fit.Trials.Where(pair => pair.Key is not (nameof(TrialStatus.Ok) or nameof(TrialStatus.NoAnswer)))
            .Sum(pair => pair.Value) + fit.ServiceExcluded;
        string counts = string.Join(", ", fit.Trials.Select(pair => $"{pair.Value} {pair.Key}"));
        return excluded == 0
            ? null
            : new(
                Severity.Note,
                $"{fit.DisplayName}: {excluded} trials and service times are not in the fits ({counts}; {fit.ServiceExcluded} service "
                    + $"times).");
    }

    private static bool HasLine(TaskFits fit) => fit.Service.Verdict != Verdict.NotIdentifiable;

    private static int Largest(TaskFits fit) => fit.Accuracy.Points[^1].BudgetTokens;
}
