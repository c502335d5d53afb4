using Calibration.Results;

namespace Calibration.Harness;

/// <summary>How far a pass has come.</summary>
/// <param name="Pass">Name of the pass.</param>
/// <param name="Done">Rows finished.</param>
/// <param name="Total">Rows planned.</param>
/// <param name="ThinkingTokens">Thinking tokens generated so far.</param>
/// <param name="Excluded">Rows that the fits cannot use.</param>
/// <param name="Traffic">What passes between client and endpoints.</param>
public sealed record MeasuringProgress(string Pass, long Done, long Total, long ThinkingTokens, long Excluded, EndpointTraffic Traffic)
{
    /// <summary>Name of the pass that takes times, one request at a time.</summary>
    public const string LatencyPass = "latency";

    /// <summary>The row that was finished just now; null where the time alone is reported.</summary>
    public FinishedRow? Row { get; init; }
}

/// <summary>A finished row of either pass.</summary>
/// <param name="Task">Task name.</param>
/// <param name="BudgetTokens">Budget in thinking tokens.</param>
/// <param name="Status">Whether it can be used, and why not.</param>
/// <param name="Correct">Whether the answer is correct; null for a service time.</param>
public sealed record FinishedRow(string Task, int BudgetTokens, TrialStatus Status, bool? Correct)
{
    /// <summary>A graded answer.</summary>
    public static FinishedRow Of(Trial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        return new FinishedRow(trial.Task, trial.BudgetTokens, trial.Status, trial.Correct) { IsUsable = trial.IsUsable };
    }

    /// <summary>Whether the fits may use it.</summary>
    public bool IsUsable { get; init; } = Status == TrialStatus.Ok;
}
