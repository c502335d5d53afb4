using System.Collections.Immutable;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>Generates one thinking trace of an enforced length.</summary>
internal static class Thinking
{
    /// <summary>
    /// Early ends that are overridden by a continuation cue before the close is masked: a model that closes at once
    /// must not cost a request a token.
    /// </summary>
    internal const int MaxCues = 2;

    /// <summary>The same where the close is ordinary text, which no server can mask: then the budget counts as not enforced.</summary>
    private const int MaxTextCues = 16;

    /// <summary>
    /// Thinks up to <paramref name="budgetTokens"/> tokens. Under <see cref="BudgetSemantics.Exact"/> a shorter trace means that the server
    /// did not enforce the budget; under <see cref="BudgetSemantics.Cap"/> the model may have closed by itself.
    /// </summary>
    internal static async Task<Trace> GenerateAsync(
        EndpointSession session, AskedProblem asked, TrialGroup group, BudgetSemantics semantics, int budgetTokens, CancellationToken cancellationToken)
    {
        var ids = new List<int>(budgetTokens);
        var cues = ImmutableArray.CreateBuilder<int>();
        int? maskedFrom = null;
        bool closed = false;
        for (int segment = 0; ids.Count < budgetTokens; segment++)
        {
            bool mask = cues.Count == MaxCues && session.Form.CloseId is not null;
            if (mask)
                maskedFrom = ids.Count;
            int wanted = budgetTokens - ids.Count;
            Generation generation = await session.GenerateAsync(
                new GenerationRequest
                {
                    Prompt = [asked.ThinkingPrompt, ids.ToArray()],
                    MaxTokens = wanted,
                    Seed = group.SeedOf($"thinking/{segment}"),
                    Close = mask ? CloseHandling.Mask : CloseHandling.Stop,
                    Group = group.Name,
                },
                cancellationToken);
            (int end, bool isClose) = await session.EndOfThinkingAsync(generation, cancellationToken);
            ids.AddRange(generation.TokenIds.AsSpan(0, Math.Min(end, wanted)));
            if (ids.Count == budgetTokens)
                break;
            bool ended = end < generation.TokenIds.Length;

            // The close spelled out in ordinary tokens is text: llama.cpp stops there, because it takes no stop ids.
            if (!ended && !mask && generation is { Ending: Ending.Stop, TokenIds.Length: > 0 })
                continue;
            if (!ended || mask || cues.Count == MaxTextCues)
                break;
            if (semantics == BudgetSemantics.Cap)
            {
                closed = isClose;
                break;
            }

            cues.Add(ids.Count);
            ids.AddRange(session.Form.CueIds.AsSpan()[..Math.Min(session.Form.CueIds.Length, budgetTokens - ids.Count)]);
        }

        return new Trace
        {
            TraceId = group.TraceId,
            Task = group.Task,
            ProblemId = group.ProblemId,
            Run = group.Run,
            TokenIds = [.. ids],
            CuePositions = cues.ToImmutable(),
            MaskedFrom = maskedFrom,
            ClosedByModel = closed,
            PromptTokens = asked.ThinkingPrompt.Length,
        };
    }
}
