using Calibration.Datasets;
using Calibration.Harness.Models;
using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>Thinking that was asked for as text, and what can be said of its length.</summary>
/// <param name="Text">The thinking.</param>
/// <param name="Tokens">Its tokens by the usage record; absent where the server gives none.</param>
/// <param name="Closed">Whether the model ended it.</param>
/// <param name="Status">Whether the budget was kept: without a count it is unverified.</param>
/// <param name="Reason">Why the status is not <see cref="TrialStatus.Ok"/>.</param>
internal sealed record TextThinking(string Text, int? Tokens, bool Closed, TrialStatus Status, string Reason)
{
    internal static TextThinking None { get; } = new("", 0, false, TrialStatus.Ok, "");

    internal CountSource CountSource => Tokens is null ? CountSource.None : CountSource.Usage;

    /// <param name="generation">What the server sent.</param>
    /// <param name="semantics">What an early close is.</param>
    /// <param name="budget">Tokens that were asked for.</param>
    /// <param name="close">What closes thinking, and ends the generation.</param>
    /// <param name="closeIsOneToken">Whether it is known how many of the counted tokens the close is.</param>
    internal static TextThinking Of(Generation generation, BudgetSemantics semantics, int budget, string close, bool closeIsOneToken)
    {
        bool ended = generation.Ending == Ending.Stop, closed = ended && generation.AtStopText != false;

        int? tokens = generation.TokensBeforeEnd;
        if (generation.Text.Contains(close, StringComparison.Ordinal))
            return new TextThinking(generation.Text, tokens, false, TrialStatus.BudgetNotEnforced, "The server did not stop where the model closed its thinking.");
        if (generation.CompletionTokens is null)
            return new TextThinking(generation.Text, null, closed, TrialStatus.Unverified, "The server gives no count of its tokens.");
        if (ended && !closed)
            return new TextThinking(generation.Text, tokens, false, TrialStatus.BudgetNotEnforced, $"The model ended its turn after about {tokens} thinking tokens.");
        if (closed && generation.AtStopText is null)
            return new TextThinking(generation.Text, tokens, true, TrialStatus.Unverified, "The server does not tell the model's close from the end of its turn.");
        if (closed && !closeIsOneToken)
            return new TextThinking(generation.Text, tokens, true, TrialStatus.Unverified, "The model's close is several tokens, which the server counts with its thinking.");
        if (closed && semantics == BudgetSemantics.Exact)
            return new TextThinking(generation.Text, tokens, true, TrialStatus.Unverified, $"The model closed after about {tokens} tokens; text cannot be continued to an exact count.");
        return tokens == budget || (closed && tokens < budget)
            ? new TextThinking(generation.Text, tokens, closed, TrialStatus.Ok, "")
            : new TextThinking(generation.Text, tokens, closed, TrialStatus.BudgetNotEnforced, $"The server counts {tokens} thinking tokens.");
    }

    /// <summary>Thinking whose time was taken: whatever was written, the close included, took its time, and only the count must be right.</summary>
    internal static TextThinking Timed(string text, int? tokens, int budget) =>
        tokens is null ? new TextThinking(text, null, false, TrialStatus.Unverified, "The server gives no count of its tokens.")
        : tokens == budget ? new TextThinking(text, tokens, false, TrialStatus.Ok, "")
        : new TextThinking(text, tokens, false, TrialStatus.BudgetNotEnforced, $"The server counts {tokens} thinking tokens.");

    /// <summary>Prompt after which the answer begins.</summary>
    internal string AnswerPrompt(ModelProfile profile, Problem problem, TextPrompt prompt, int budget) => budget == 0
        ? prompt.NoThinking + problem.AnswerCue
        : prompt.Thinking + Text + (Closed ? "" : profile.BeforeClose) + profile.CloseToken + profile.AfterClose + problem.AnswerCue;
}
