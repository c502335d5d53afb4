using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Harness;

/// <summary>A problem and a run: one trace and the answers that continue from it.</summary>
/// <param name="RunSeed">Seed of the experiment.</param>
/// <param name="Task">Task name.</param>
/// <param name="ProblemId">The problem's id.</param>
/// <param name="Run">Repetition, from 0.</param>
/// <param name="TraceId">Id of the trace.</param>
/// <param name="Part">What sets this trace apart from others of the same problem and run; empty where there is only one.</param>
internal sealed record TrialGroup(int RunSeed, string Task, string ProblemId, int Run, string TraceId, string Part = "")
{
    internal string Name => SegmentSeed.Group(RunSeed, Task, ProblemId, Run, Part);

    internal int SeedOf(string segment) => SegmentSeed.From(RunSeed, Task, ProblemId, Run, Part + segment);

    /// <summary>The same problem and run with a trace of its own.</summary>
    internal TrialGroup Apart(string part) => this with { TraceId = $"{TraceId}/{part}", Part = part + "/" };

    /// <summary>A trial of this group without an answer; a pass fills in what it learned.</summary>
    internal Trial Row(Problem problem, BudgetSemantics semantics, PromptFormat format, int budget, TrialStatus status, string reason) =>
        new()
        {
            Task = Task,
            ProblemId = ProblemId,
            Run = Run,
            BudgetTokens = budget,
            ThinkingTokens = 0,
            AnswerTokens = 0,
            Status = status,
            Reason = reason,
            Correct = false,
            Answer = "",
            Response = "",
            Gold = string.Join('|', problem.Gold),
            TraceId = TraceId,
            Cues = 0,
            ClosedByModel = false,
            Semantics = semantics,
            PromptFormat = format,
            CountSource = CountSource.None,
        };

    /// <summary>A service time of this group without its times; a pass fills in what it measured.</summary>
    internal ServiceSample Sample(EndpointFacts endpoint, int budget) => new()
    {
        Task = Task,
        ProblemId = ProblemId,
        TraceId = TraceId,
        BudgetTokens = budget,
        ThinkingTokens = 0,
        AnswerTokens = 0,
        TimeToFirstTokenS = 0,
        ThinkingS = 0,
        ServiceS = 0,
        ServiceSource = endpoint.Simulated && !endpoint.Paced ? ServiceSource.Simulated : ServiceSource.Client,
        Status = TrialStatus.Ok,
    };
}
