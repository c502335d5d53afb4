using System.Collections.Immutable;
using System.Globalization;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Analysis.Deciding;

/// <summary>What a reader must know before using an allocation: one method per condition.</summary>
internal static class Warnings
{
    private static readonly Func<TaskFits, TaskAllocation, Warning?>[] PerTask =
        [NoServiceLine, NoCurve, RejectedCurve, Extrapolated, NotAffine, Recomputed, Excluded];

    /// <summary>The warnings of a run: tasks that are left out, then each task's, then the whole run's.</summary>
    internal static ImmutableArray<Warning> Of(RunFits fits, ImmutableArray<TaskAllocation> tasks) =>
    [
        .. fits.Tasks.Where(task => task.IsMissingData).Select(LeftOut),
        .. from task in tasks
           let fit = fits.Tasks.First(candidate => candidate.Task == task.Task)
           from warning in PerTask.Select(condition => condition(fit, task)).OfType<Warning>()
           select warning,
        .. fits.Semantics == BudgetSemantics.Cap ? [Caps()] : Array.Empty<Warning>(),
    ];

    private static Warning LeftOut(TaskFits fit) => new(
        Severity.Serious,
        $"{fit.DisplayName} takes no part in the allocation; the other shares are divided by their sum. {fit.Accuracy.Explanation}");

    private static Warning? NoServiceLine(TaskFits fit, TaskAllocation task) => HasLine(fit) ? null : new(
        Severity.Serious,
        $"{fit.DisplayName}: its service times do not determine t0 + cℓ. The task is fixed at the best of its measured budgets, with the "
        + $"times measured there. {fit.Service.Explanation}");

    private static Warning? NoCurve(TaskFits fit, TaskAllocation task) =>
        task.Measured && (HasLine(fit) || fit.Accuracy.Verdict == Verdict.NotIdentifiable)
            ? new(
                Severity.Caution,
                $"{fit.DisplayName} has no identifiable curve and is fixed at the best of its measured budgets: {fit.Accuracy.Explanation}")
            : null;

    private static Warning? RejectedCurve(TaskFits fit, TaskAllocation task) =>
        !task.Measured && fit.Accuracy.Verdict == Verdict.LackOfFit
            ? new(
                Severity.Serious,
                $"{fit.DisplayName}: the data reject the exponential curve that its budget rests on. {fit.Accuracy.Explanation}")
            : null;

    private static Warning? Extrapolated(TaskFits fit, TaskAllocation task) => task.Extrapolated
        ? new(Severity.Caution, string.Create(
            CultureInfo.InvariantCulture,
            $"{fit.DisplayName}: ℓ* = {task.BudgetTokens:0.0} lies beyond the largest measured budget, {Largest(fit)}; it is extrapolated."))
        : null;

    private static Warning? NotAffine(TaskFits fit, TaskAllocation task) => fit.Service.Verdict == Verdict.LackOfFit
        ? new(Severity.Caution, $"{fit.DisplayName}: service times are not affine in the thinking tokens. {fit.Service.Explanation}")
        : null;

    private static Warning? Recomputed(TaskFits fit, TaskAllocation task) => fit.Prefix.Missed > 0
        ? new(
            Severity.Caution,
            $"{fit.DisplayName}: {fit.Prefix.Missed} of {fit.Prefix.Answers} service times with thinking contain recomputed tokens, up to "
            + $"{fit.Prefix.MostTokens}: the answer's request did not find its own prompt and thinking in the server's prefix cache. c is "
            + "too high by that.")
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
                $"{fit.DisplayName}: {excluded} trials and service times are not in the fits ({counts}; {fit.ServiceExcluded} service times).");
    }

    private static Warning Caps() => new(
        Severity.Caution,
        "Budgets are caps: where thinking ends early, t0 + cℓ overstates the service time; the mean tokens used are printed beside each "
        + "budget.");

    private static bool HasLine(TaskFits fit) => fit.Service.Verdict != Verdict.NotIdentifiable;

    private static int Largest(TaskFits fit) => fit.Accuracy.Points[^1].BudgetTokens;
}
