using Calibration.Harness.Models;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>Generates one thinking trace of an enforced length.</summary>
internal sealed class TokenIdThinking(TokenIdForcing forcing, AskedProblem asked, TrialGroup group)
{
    /// <summary>
    /// Early ends that are overridden by a continuation cue before the end-of-thinking token is masked: a model that ends at once
    /// must not cost one request per token.
    /// </summary>
    internal const int MaxCues = 2;

    /// <summary>
    /// The same if the end of thinking is ordinary text, which no server can mask: then the budget counts as not enforced.
    /// </summary>
    private const int MaxTextCues = 16;

    /// <summary>Thinks up to so many tokens.</summary>
    internal async Task<Trace> GenerateAsync(int budgetTokens, CancellationToken cancellationToken)
    {
        ThinkingForm form = forcing.Form;
        var ids = new List<int>(budgetTokens);
        var cues = new List<int>();
        int? maskedFrom = null;
        bool closed = false;
        for (int segment = 0; ids.Count < budgetTokens; segment++)
        {
            bool mask = cues.Count == MaxCues && form.EndId is not null;
            if (mask)
                maskedFrom = ids.Count;
            int wanted = budgetTokens - ids.Count;
            Generation generation = await forcing.Requests.GenerateAsync(Segment(segment, [.. ids], wanted, mask), cancellationToken);
            (int end, bool isClose) = await forcing.EndOfThinkingAsync(generation, cancellationToken);
            ids.AddRange(generation.TokenIds.AsSpan(0, Math.Min(end, wanted)));
            if (ids.Count == budgetTokens)
                break;
            bool ended = end < generation.TokenIds.Length;

            // An end of thinking spelled in ordinary tokens is text: llama.cpp stops there, because it takes no stop ids.
            if (!ended && !mask && generation is { Ending: Ending.Stop, TokenIds.Length: > 0 })
                continue;
            if (!ended || mask || cues.Count == MaxTextCues)
                break;
            if (forcing.Semantics == BudgetSemantics.Cap)
            {
                closed = isClose;
                break;
            }

            cues.Add(ids.Count);
            ids.AddRange(form.CueIds.AsSpan()[..Math.Min(form.CueIds.Length, budgetTokens - ids.Count)]);
        }

        return TokenIdForcing.Row(asked, group, [.. ids]) with
        {
            CuePositions = [.. cues],
            MaskedFrom = maskedFrom,
            ClosedByModel = closed,
        };
    }

    private GenerationRequest Segment(int segment, int[] before, int wanted, bool mask) => new()
    {
        Prompt = [asked.ThinkingPrompt, before],
        MaxTokens = wanted,
        Seed = group.SeedOf($"thinking/{segment}"),
        Close = mask ? ThinkingEndHandling.Mask : ThinkingEndHandling.Stop,
        Group = group.Name,
    };
}
