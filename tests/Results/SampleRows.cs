using System.Collections.Immutable;
using Calibration.Results;
using Calibration.Results.Journaling;

namespace Calibration.Tests.Results;

internal static class SampleRows
{
    internal static Trial Trial(
        string task, string id, int budget, int run = 0, TrialStatus status = TrialStatus.Ok, string response = "\\boxed{4}") => new()
        {
            Task = task,
            ProblemId = id,
            Run = run,
            BudgetTokens = budget,
            ThinkingTokens = budget,
            AnswerTokens = 3,
            Status = status,
            Correct = true,
            Answer = "4",
            Response = response,
            Gold = "4",
            TraceId = "t",
            Cues = 0,
            ClosedByModel = false,
            Semantics = BudgetSemantics.Exact,
            PromptFormat = PromptFormat.TokenIds,
            CountSource = CountSource.Ids,
        };

    internal static Trace Trace(string id, ImmutableArray<int> ids, string problem = "y") => new()
    {
        TraceId = id,
        Task = "a",
        ProblemId = problem,
        Run = 0,
        TokenIds = ids,
        CuePositions = [],
        ClosedByModel = false,
        PromptTokens = 5,
    };

    internal static ServiceSample Service(string traceId, int budget, TrialStatus status = TrialStatus.Ok, double seconds = 0.3) => new()
    {
        Task = "a",
        ProblemId = "y",
        TraceId = traceId,
        BudgetTokens = budget,
        ThinkingTokens = budget,
        AnswerTokens = 2,
        TimeToFirstTokenS = 0.1,
        ThinkingS = 0.2,
        ServiceS = seconds,
        ServiceSource = ServiceSource.Simulated,
        Status = status,
    };

    internal static async Task AppendAllAsync<TRow>(Journal<TRow> journal, IEnumerable<TRow> rows)
    {
        await using (journal)
        {
            foreach (TRow row in rows)
                await journal.AppendAsync(row);
        }
    }
}
