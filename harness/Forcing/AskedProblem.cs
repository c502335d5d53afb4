using Calibration.Datasets;
using Calibration.Harness.Models;
using Calibration.Harness.Transport;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>A problem in one model's token ids: the prompt, and the ways from its thinking to the answer.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="ThinkingPrompt">Chat template and opened thinking.</param>
/// <param name="NoThinkingPrompt">Chat template in the model's own no-thinking form (budget 0).</param>
/// <param name="ForcedClose">What closes cut thinking, and the answer cue.</param>
/// <param name="NaturalClose">The model's own close, and the answer cue.</param>
/// <param name="Cue">The answer cue alone.</param>
internal sealed record AskedProblem(
    Problem Problem,
    ReadOnlyMemory<int> ThinkingPrompt,
    ReadOnlyMemory<int> NoThinkingPrompt,
    ReadOnlyMemory<int> ForcedClose,
    ReadOnlyMemory<int> NaturalClose,
    ReadOnlyMemory<int> Cue)
{
    internal static async Task<AskedProblem> OfAsync(EndpointSession session, Problem problem, CancellationToken cancellationToken)
    {
        ModelProfile profile = session.Form.Profile;
        int[] thinking = await session.Server.RenderChatAsync(problem.Prompt, thinking: true, cancellationToken);
        string natural = profile.CloseToken + profile.AfterClose + problem.AnswerCue;

        // Newer templates open the thinking themselves, with or without its newline.
        int[] open = [.. session.Form.OpenIds];
        int opened = Enumerable.Range(0, open.Length + 1).Last(count => thinking.AsSpan().EndsWith(open.AsSpan(0, count)));
        int[] turn = thinking[..^opened];
        int[] opening = [.. turn, .. open];
        int[] noThinking = profile.NoThinking is { } form
            ? [.. turn, .. form.Length == 0 ? [] : await session.TokensOfAsync(form, cancellationToken)]
            : await session.Server.RenderChatAsync(problem.Prompt, thinking: false, cancellationToken);
        return new AskedProblem(
            problem,
            opening,
            noThinking,
            await session.TokensOfAsync(profile.BeforeClose + natural, cancellationToken),
            await session.TokensOfAsync(natural, cancellationToken),
            await session.TokensOfAsync(problem.AnswerCue, cancellationToken));
    }

    /// <summary>Servers cut a request that does not fit without a word; so it is never sent.</summary>
    /// <exception cref="EndpointException">The whole does not fit the model's context at that budget.</exception>
    internal void RefuseBeyondContext(int budgetTokens, EndpointFacts endpoint)
    {
        if (ContextAt(budgetTokens) > endpoint.ContextTokens)
        {
            throw new EndpointException(
                $"Prompt, budget and answer need {ContextAt(budgetTokens)} tokens of context, and {endpoint.Model} has {endpoint.ContextTokens}.")
            {
                IsTooLong = true,
            };
        }
    }

    /// <summary>Tokens of prompt, thinking, close, cue and answer together at a budget.</summary>
    internal int ContextAt(int budgetTokens) =>
        Math.Max(ThinkingPrompt.Length + budgetTokens + ForcedClose.Length, NoThinkingPrompt.Length + Cue.Length) + Problem.AnswerTokenLimit;
}
