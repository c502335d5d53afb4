using System.Collections.Immutable;
using Calibration.Fitting;
using Calibration.Results;

namespace Calibration.Analysis;

/// <summary>Two runs side by side: the content of <c>compare --json</c>. A difference is always new less old.</summary>
public sealed record RunComparison
{
    /// <summary>The earlier run.</summary>
    public required ComparedRun Old { get; init; }

    /// <summary>The later run.</summary>
    public required ComparedRun New { get; init; }

    /// <summary>The operating point, that of the new run's allocation.</summary>
    public required string OperatingPoint { get; init; }

    /// <summary>What differs between the runs beside the model, and other things to know before using the numbers.</summary>
    public required ImmutableArray<Warning> Warnings { get; init; }

    /// <summary>The tasks that both runs measured, in the new run's order.</summary>
    public required ImmutableArray<TaskComparison> Tasks { get; init; }

    /// <summary>J(ℓ*), in seconds, with its optimism taken off.</summary>
    public required ValueDifference Objective { get; init; }

    /// <summary>What the old run's integer budgets give under the new run's model.</summary>
    public required AllocationValue KeptAllocation { get; init; }

    /// <summary>Whether to keep the old allocation.</summary>
    public required KeepDecision Decision { get; init; }

    /// <summary>How many differences were tested. Those that are claimed are so with an error of 5 % for all together (Holm).</summary>
    public required int Tests { get; init; }

    /// <summary>Whether anything is claimed to differ.</summary>
    public bool HasClaims => Objective.Claimed || Decision.LossClaimed
        || Tasks.Any(task => task.Accuracy.Any(at => at.Claimed) || task.Parameters.Any(value => value.Claimed));
}

/// <summary>One of the compared runs.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Model">The model, as it is shown.</param>
/// <param name="CreatedUtc">When it began.</param>
/// <param name="Simulated">Whether the endpoint was the embedded one.</param>
/// <param name="Semantics">What a budget meant.</param>
public sealed record ComparedRun(string Run, string Model, DateTime CreatedUtc, bool Simulated, BudgetSemantics Semantics);

/// <summary>One task in both runs.</summary>
public sealed record TaskComparison
{
    /// <summary>Task name in files.</summary>
    public required string Task { get; init; }

    /// <summary>Task name in tables and figures.</summary>
    public required string DisplayName { get; init; }

    /// <summary>
    /// Problems that both runs answered, by which the accuracies are compared; 0 where the runs have other problems and are compared as
    /// independent.
    /// </summary>
    public required int PairedProblems { get; init; }

    /// <summary>Accuracy at each budget that both runs measured.</summary>
    public required ImmutableArray<AccuracyDifference> Accuracy { get; init; }

    /// <summary>A, b, D, t0 and c.</summary>
    public required ImmutableArray<ValueDifference> Parameters { get; init; }

    /// <summary>ℓ*, in thinking tokens; absent where one of the allocations leaves the task out.</summary>
    public ValueDifference? BudgetTokens { get; init; }
}

/// <summary>Accuracy at one budget in both runs.</summary>
public sealed record AccuracyDifference
{
    /// <summary>The budget.</summary>
    public required int BudgetTokens { get; init; }

    /// <summary>Accuracy of the old run; of paired problems alone, where they are paired.</summary>
    public required double Old { get; init; }

    /// <summary>Accuracy of the new run, of the same problems.</summary>
    public required double New { get; init; }

    /// <summary>The 95 % interval of the difference, clustered by problem, within −1 and 1.</summary>
    public required Interval Interval { get; init; }

    /// <summary>Problems with a larger share of right answers in the new run; 0 where problems are not paired.</summary>
    public required int Better { get; init; }

    /// <summary>Problems with a smaller share.</summary>
    public required int Worse { get; init; }

    /// <summary>The exact sign test's p-value; absent where problems are not paired.</summary>
    public double? SignPValue { get; init; }

    /// <summary>The p-value by which the difference is claimed: the larger of that of the clustered t-test and the sign test's.</summary>
    public required double PValue { get; init; }

    /// <summary>Whether the runs are claimed to differ here.</summary>
    public bool Claimed { get; init; }

    /// <summary>New less old.</summary>
    public double Difference => New - Old;
}

/// <summary>A value in both runs.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Old">Its value in the old run.</param>
/// <param name="New">Its value in the new run.</param>
public sealed record ValueDifference(string Name, double Old, double New)
{
    /// <summary>The 95 % interval of the difference; absent where one of the runs has none.</summary>
    public Interval? Interval { get; init; }

    /// <summary>The p-value of the difference; absent where it is not tested.</summary>
    public double? PValue { get; init; }

    /// <summary>Whether the runs are claimed to differ here.</summary>
    public bool Claimed { get; init; }

    /// <summary>New less old.</summary>
    public double Difference => New - Old;
}

/// <summary>What to do with the old allocation.</summary>
public enum Keeping
{
    /// <summary>The loss is smaller than what matters, with 97.5 % confidence.</summary>
    Keep,

    /// <summary>The loss is above 0, with an error of 5 % for all claims together.</summary>
    Change,

    /// <summary>Neither can be said.</summary>
    NotEnoughData,
}

/// <summary>Whether to keep the old allocation under the new model.</summary>
/// <param name="Keeping">What to do.</param>
/// <param name="TolerableLossSeconds">A loss of J that does not matter, in seconds.</param>
/// <param name="LossPValue">One-sided p-value of a loss of 0.</param>
/// <param name="DataFactor">How many times the problems would be needed to decide; absent where it is decided, or cannot be said.</param>
/// <param name="Sentence">The answer in words.</param>
public sealed record KeepDecision(
    Keeping Keeping, double TolerableLossSeconds, double LossPValue, double? DataFactor, string Sentence)
{
    /// <summary>Whether keeping is claimed to cost something.</summary>
    public bool LossClaimed => Keeping == Keeping.Change;
}

/// <summary>
/// Several runs in the order of their dates: the content of <c>compare RUN RUN RUN --json</c>. The first run's integer budgets are kept
/// under each later run's model.
/// </summary>
public sealed record RunHistory
{
    /// <summary>The operating point, that of the last run's allocation.</summary>
    public required string OperatingPoint { get; init; }

    /// <summary>The runs, the first in time first.</summary>
    public required ImmutableArray<RunAtTime> Runs { get; init; }

    /// <summary>Each later run compared with the first.</summary>
    public required ImmutableArray<RunComparison> Comparisons { get; init; }

    /// <summary>
    /// How many differences were tested, in all comparisons. Those that are claimed are so with an error of 5 % for all together (Holm).
    /// </summary>
    public required int Tests { get; init; }

    /// <summary>Whether anything is claimed to differ.</summary>
    public bool HasClaims => Comparisons.Any(comparison => comparison.HasClaims);
}

/// <summary>One of several runs.</summary>
public sealed record RunAtTime
{
    /// <summary>Which run.</summary>
    public required ComparedRun Run { get; init; }

    /// <summary>Whether it has fewer trials than its plan.</summary>
    public required bool IsIncomplete { get; init; }

    /// <summary>J(ℓ*), in seconds, with its optimism taken off.</summary>
    public required CorrectedValue Objective { get; init; }

    /// <summary>What the first run's integer budgets give under this run's model.</summary>
    public required AllocationValue Kept { get; init; }

    /// <summary>Its tasks in order.</summary>
    public required ImmutableArray<TaskAtTime> Tasks { get; init; }

    /// <summary>Whether to keep the first run's allocation; absent for the first run.</summary>
    public KeepDecision? Decision { get; init; }
}

/// <summary>One task of one of several runs.</summary>
/// <param name="Task">Task name in files.</param>
/// <param name="DisplayName">Task name in tables and figures.</param>
/// <param name="BudgetTokens">ℓ*, in thinking tokens.</param>
/// <param name="Interval">The 95 % interval of ℓ*.</param>
/// <param name="Kept">The first run's integer budget, and the accuracy there.</param>
public sealed record TaskAtTime(string Task, string DisplayName, double BudgetTokens, Interval Interval, ValuedBudget Kept);
