using Calibration.Datasets;
using Calibration.Results;

namespace Calibration.Harness;

/// <summary>A problem and a run: one trace and the answers that continue from it.</summary>
/// <param name="Of">The problem and the run.</param>
/// <param name="TraceId">Id of the trace.</param>
/// <param name="Part">What sets this trace apart from others of the same problem and run; empty where there is only one.</param>
internal sealed record TrialGroup(ProblemRun Of, string TraceId, string Part = "")
{
    /// <summary>Task name.</summary>
    internal string Task => Of.Task;

    /// <summary>The problem's id.</summary>
    internal string ProblemId => Of.ProblemId;

    /// <summary>Repetition, from 0.</summary>
    internal int Run => Of.Run;

    internal string Name => Of.NameOf(Part);

    internal int SeedOf(string segment) => Of.SeedOf(Part + segment);

    /// <summary>The same problem and run with a trace of its own.</summary>
    internal TrialGroup Apart(string part) => this with { TraceId = $"{TraceId}/{part}", Part = part + "/" };

    /// <summary>A trial of this group without an answer; a pass fills in what it learned.</summary>
    internal Trial Row(Problem problem, BudgetSemantics semantics, PromptFormat format, int budget) =>
        new()
        {
            Task = Task,
            ProblemId = ProblemId,
            Run = Run,
            BudgetTokens = budget,
            ThinkingTokens = 0,
            AnswerTokens = 0,
            Status = TrialStatus.Ok,
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
