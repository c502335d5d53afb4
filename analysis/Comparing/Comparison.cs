using System.Collections.Immutable;
using System.Globalization;
using Calibration.Analysis.Counting;
using Calibration.Analysis.Deciding;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Analysis.Comparing;

/// <summary>One of the runs to compare, with its decision at the common operating point.</summary>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Fits">Its fits.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Decision">Its decision.</param>
internal sealed record Side(RunManifest Manifest, RunFits Fits, RunRows Rows, Decision Decision)
{
    internal ComparedRun Name => new(
        Manifest.Id, Manifest.ShownModel, Manifest.CreatedUtc, Manifest.Simulated, Manifest.Plan.Semantics);

    /// <summary>Its integer budgets in the order of another run's tasks; both decide over the same tasks.</summary>
    internal ImmutableArray<double> BudgetsFor(Side other)
    {
        List<string> own = [.. Decision.Workload.Tasks.Select(task => task.Task)];
        return [.. other.Decision.Workload.Tasks.Select(task => Decision.IntegerBudgets[own.IndexOf(task.Task)])];
    }

    /// <summary>The operating point, as this run decides at it.</summary>
    internal AllocationPoint PointOf(ComparisonRequest request) => AllocationPoint.Of(Decision.Workload) with
    {
        MaxBudgetTokens = request.Allocation.Point.MaxBudgetTokens,
    };

    internal TaskFits? Of(string task) => Fits.Tasks.FirstOrDefault(fit => fit.Task == task && !fit.IsMissingData);
}

/// <summary>Two runs side by side.</summary>
/// <param name="before">The old run.</param>
/// <param name="after">The new run.</param>
/// <param name="request">The operating point, and what matters.</param>
internal sealed class Comparison(Side before, Side after, ComparisonRequest request)
{
    /// <summary>The comparison of two runs alone, whose claims share one error.</summary>
    internal RunComparison Conclude(CancellationToken cancellationToken)
    {
        Tested tested = Test(cancellationToken);
        return Claim(tested, Holm.Threshold(tested.PValues), tested.PValues.Length);
    }

    /// <summary>Estimates and tests everything, and claims nothing yet.</summary>
    internal Tested Test(CancellationToken cancellationToken)
    {
        DecisionReport? old = before.Decision.Intervals(cancellationToken), now = after.Decision.Intervals(cancellationToken);
        if (old is null || now is null)
            throw new AnalysisException("No replicate of one of the runs is stable at this operating point: lower {ArrivalRate}.");
        ImmutableArray<double> kept = before.BudgetsFor(after);
        return new Tested(
            [.. after.Fits.Tasks.Select(fit => Of(fit, old, now)).OfType<TaskComparison>()],
            ValueDifferences.Of("J", old.Objective, now.Objective),
            after.Decision.ValueOf(kept, cancellationToken));
    }

    /// <summary>The comparison with its claims.</summary>
    /// <param name="tested">What was tested.</param>
    /// <param name="threshold">The largest p-value that is claimed.</param>
    /// <param name="tests">Number of tests that share the error.</param>
    internal RunComparison Claim(Tested tested, double threshold, int tests)
    {
        double tolerable = request.TolerableLossSeconds ?? KeepRule.DefaultAccuracy * request.Allocation.Point.AccuracyWeightS;
        return new RunComparison
        {
            Old = before.Name,
            New = after.Name,
            OperatingPoint = after.PointOf(request).Caption,
            Warnings = [.. tested.Kept.Budgets.Select(CutWarning).OfType<Warning>(), .. RunDifferences.Of(before, after)],
            Tasks = [.. tested.Tasks.Select(task => Claim(task, threshold))],
            Objective = tested.Objective with { Claimed = tested.Objective.PValue <= threshold },
            KeptAllocation = tested.Kept,
            Decision = KeepRule.Decide(tested.Kept, tolerable, KeepRule.PValue(tested.Kept) <= threshold, tests),
            Tests = tests,
        };
    }

    private static Warning? CutWarning(ValuedBudget kept) => kept.ValuedAtTokens is not { } cut
        ? null
        : new Warning(
            Severity.Serious,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{kept.Task}: the old budget of {kept.BudgetTokens:0.#} tokens is valued as {cut:0.#} tokens, the largest of which the "
                    + $"new run knows something. Keeping it may cost more than is shown."));

    private TaskComparison? Of(TaskFits now, DecisionReport oldReport, DecisionReport newReport)
    {
        if (now.IsMissingData || before.Of(now.Task) is not { } old)
            return null;
        AccuracyCell[] oldCells = [.. before.Rows.Of(now.Task).Cells], newCells = [.. after.Rows.Of(now.Task).Cells];
        int common = RunDifferences.HaveSameProblems(before.Manifest, after.Manifest, now.Task)
            ? oldCells.Select(cell => cell.Problem).Intersect(newCells.Select(cell => cell.Problem), StringComparer.Ordinal).Count()
            : 0;
        return new TaskComparison
        {
            Task = now.Task,
            DisplayName = now.DisplayName,
            PairedProblems = common > 1 ? common : 0,
            Accuracy = AccuracyDifferences.Of(oldCells, newCells, paired: common > 1),
            Parameters =
            [
                ValueDifferences.Of("A", old.Accuracy.A, now.Accuracy.A),
                ValueDifferences.Of("b", old.Accuracy.B, now.Accuracy.B),
                ValueDifferences.Of("D", old.Accuracy.D, now.Accuracy.D),
                ValueDifferences.Of("t0_s", old.Service.T0Seconds, now.Service.T0Seconds),
                ValueDifferences.Of("c_s_per_token", old.Service.SecondsPerToken, now.Service.SecondsPerToken),
            ],
            BudgetTokens = BudgetOf(now.Task, oldReport, newReport),
        };
    }

    private ValueDifference? BudgetOf(string task, DecisionReport oldReport, DecisionReport newReport)
    {
        if (before.Decision.BudgetOf(task) is not { } old || after.Decision.BudgetOf(task) is not { } now)
            return null;
        Interval Of(DecisionReport report) => report.Tasks.First(budget => budget.Task == task).BudgetTokens;
        return new ValueDifference("budget_tokens", old, now)
        {
            Interval = ValueDifferences.Difference((old, Of(oldReport)), (now, Of(newReport))),
        };
    }

    private static TaskComparison Claim(TaskComparison task, double threshold) => task with
    {
        Accuracy = [.. task.Accuracy.Select(at => at with { Claimed = at.PValue <= threshold })],
        Parameters = [.. task.Parameters.Select(value => value with { Claimed = value.PValue <= threshold })],
    };
}

/// <summary>Two runs, estimated and tested.</summary>
/// <param name="Tasks">Their common tasks.</param>
/// <param name="Objective">J(ℓ*).</param>
/// <param name="Kept">The old allocation under the new model.</param>
internal sealed record Tested(ImmutableArray<TaskComparison> Tasks, ValueDifference Objective, AllocationValue Kept)
{
    /// <summary>Of every difference that is tested.</summary>
    internal ImmutableArray<double> PValues { get; } =
    [
        .. Tasks.SelectMany(task => task.Accuracy).Select(at => at.PValue),
        .. Tasks.SelectMany(task => task.Parameters).Select(parameter => parameter.PValue).OfType<double>(),
        .. new[] { Objective.PValue, KeepRule.PValue(Kept) }.OfType<double>(),
    ];
}
