namespace Calibration.Harness.Passes;

/// <summary>A problem and a run: one trace and the answers forked from it.</summary>
/// <param name="RunSeed">Seed of the whole experiment.</param>
/// <param name="Task">Task name.</param>
/// <param name="ProblemId">The problem's id.</param>
/// <param name="Run">Repetition, from 0.</param>
/// <param name="TraceId">Id of the trace.</param>
/// <param name="Part">What sets this trace apart from others of the same problem and run; empty where there is only one.</param>
internal sealed record TrialGroup(int RunSeed, string Task, string ProblemId, int Run, string TraceId, string Part = "")
{
    internal string Name => SegmentSeed.Group(RunSeed, Task, ProblemId, Run, Part);

    internal int SeedOf(string segment) => SegmentSeed.Of(RunSeed, Task, ProblemId, Run, Part + segment);

    /// <summary>The same problem and run with a trace of its own.</summary>
    internal TrialGroup Apart(string part) => this with { TraceId = $"{TraceId}/{part}", Part = part + "/" };
}
