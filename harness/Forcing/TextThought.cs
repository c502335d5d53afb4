using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>Thinking that was asked for as text, and what can be said of its length. It cannot be cut: it is that of one budget.</summary>
/// <param name="Text">The thinking.</param>
/// <param name="Count">Its tokens by the usage record; absent where the server gives none.</param>
/// <param name="Closed">Whether the model ended it.</param>
/// <param name="Status">Whether the budget was kept: without a count it is unverified.</param>
/// <param name="Reason">Why the status is not <see cref="TrialStatus.Ok"/>.</param>
internal sealed record TextThought(string Text, int? Count, bool Closed, TrialStatus Status, string Reason) : Thought
{
    private const string NoCount = "The server does not report how many tokens it generated.";

    /// <summary>No thinking yet.</summary>
    internal static TextThought Empty { get; } = new("", 0, false, TrialStatus.Ok, "");

    internal override int? Tokens => Count;

    internal override CountSource CountSource => Count is null ? CountSource.None : CountSource.Usage;

    internal override bool ClosedByModel => Closed;

    internal override ThoughtAtBudget At(int budgetTokens) => new(Count ?? 0, Closed, 0, Status, Reason);

    internal override PromptPiece UpTo(int budgetTokens) => Text;

    /// <param name="generation">What the server sent.</param>
    /// <param name="budget">Tokens that were asked for.</param>
    /// <param name="close">The end of thinking, which ends the generation.</param>
    internal static TextThought From(Generation generation, int budget, TextEnd close)
    {
        bool ended = generation.Ending == Ending.Stop, closed = ended && generation.AtStopText != false;
        int? tokens = generation.TokensBeforeEnd;
        if (generation.Text.Contains(close.Text, StringComparison.Ordinal))
            return Judged(false, TrialStatus.BudgetNotEnforced, "The server did not stop at the end of thinking.");
        if (generation.CompletionTokens is null)
            return Judged(closed, TrialStatus.Unverified, NoCount);
        if (ended && !closed)
            return Judged(false, TrialStatus.BudgetNotEnforced, $"The model ended its turn after about {tokens} thinking tokens.");
        if (closed && generation.AtStopText is null)
            return Judged(true, TrialStatus.Unverified, "The server does not report whether the model ended its thinking or its turn.");
        if (closed && !close.IsOneToken)
            return Judged(true, TrialStatus.Unverified, "The end of thinking is several tokens, which the server counts as thinking.");
        if (closed && close.Semantics == BudgetSemantics.Exact)
        {
            return Judged(
                true, TrialStatus.Unverified, $"The model ended its thinking after about {tokens} tokens; text cannot be continued to an "
                    + $"exact count.");
        }


        return tokens == budget || (closed && tokens < budget)
            ? Judged(closed, TrialStatus.Ok, "")
            : Judged(closed, TrialStatus.BudgetNotEnforced, $"The server counted {tokens} thinking tokens.");

        TextThought Judged(bool closed, TrialStatus status, string reason) => new(generation.Text, tokens, closed, status, reason);
    }

    /// <summary>
    /// Thinking that was timed: everything written took time, the end-of-thinking token too; only the count must be right.
    /// </summary>
    internal static TextThought FromTimed(string text, int? tokens, int budget) =>
        tokens is null ? new TextThought(text, null, false, TrialStatus.Unverified, NoCount)
        : tokens == budget ? new TextThought(text, tokens, false, TrialStatus.Ok, "")
        : new TextThought(text, tokens, false, TrialStatus.BudgetNotEnforced, $"The server counted {tokens} thinking tokens.");
}

/// <summary>The end of thinking in text mode.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsOneToken">Whether it is one token, so that the count of thinking is known.</param>
/// <param name="Semantics">What an early end means.</param>
internal sealed record TextEnd(string Text, bool IsOneToken, BudgetSemantics Semantics);
