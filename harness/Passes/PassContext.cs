namespace Calibration.Harness.Passes;

/// <summary>What both passes of a run share.</summary>
/// <param name="Plan">What is measured.</param>
/// <param name="RunId">Id of the run, with which the ids of its traces begin.</param>
/// <param name="Finished">What an earlier start left finished.</param>
internal sealed record PassContext(ExperimentPlan Plan, string RunId, FinishedWork Finished)
{
    /// <summary>How long a lost endpoint is waited for, beyond what a request waits.</summary>
    internal required TimeSpan Absence { get; init; }

    /// <summary>Times everything.</summary>
    internal required TimeProvider Clock { get; init; }

    /// <summary>Where progress is reported.</summary>
    internal required IProgress<MeasuringProgress> Progress { get; init; }
}
