using Calibration.Results;

namespace Calibration.Harness.Forcing;

/// <summary>Thinking that was generated, and what is known of its length.</summary>
internal abstract record Thought
{
    /// <summary>Its tokens; absent where the server gives no count.</summary>
    internal abstract int? Tokens { get; }

    /// <summary>Where the count comes from.</summary>
    internal abstract CountSource CountSource { get; }

    /// <summary>Whether the model ended it.</summary>
    internal abstract bool ClosedByModel { get; }

    /// <summary>The row to be stored; absent where there are no token ids.</summary>
    internal virtual Trace? Trace => null;

    /// <summary>Its part within a budget, and whether the budget was kept.</summary>
    internal abstract ThoughtAtBudget At(int budgetTokens);

    /// <summary>It, cut at a budget.</summary>
    internal abstract PromptPiece UpTo(int budgetTokens);
}

/// <summary>Thinking at one budget.</summary>
/// <param name="Tokens">Its tokens; 0 where they are not counted.</param>
/// <param name="IsClosed">Whether the model ended it there.</param>
/// <param name="Cues">Early ends that were overridden in it.</param>
/// <param name="Status">Whether the budget was kept: without a count it is unverified.</param>
/// <param name="Reason">Why the status is not <see cref="TrialStatus.Ok"/>.</param>
internal readonly record struct ThoughtAtBudget(int Tokens, bool IsClosed, int Cues, TrialStatus Status, string Reason)
{
    /// <summary>A budget that was not enforced gets no answer.</summary>
    internal bool HasAnswer => Status != TrialStatus.BudgetNotEnforced;
}

/// <summary>Thinking in token ids, which can be cut at any budget.</summary>
internal sealed record TokenThought(Trace Row) : Thought
{
    internal override int? Tokens => Row.TokenIds.Length;

    internal override CountSource CountSource => CountSource.Ids;

    internal override bool ClosedByModel => Row.ClosedByModel;

    internal override Trace? Trace => Row;

    internal override ThoughtAtBudget At(int budgetTokens)
    {
        int tokens = Math.Min(budgetTokens, Row.TokenIds.Length);
        bool isClosed = Row.ClosedByModel && budgetTokens > 0 && budgetTokens >= Row.TokenIds.Length;
        int cues = Row.CuePositions.Count(position => position < tokens);
        return tokens < budgetTokens && !isClosed
            ? new ThoughtAtBudget(tokens, false, cues, TrialStatus.BudgetNotEnforced, $"The server ended thinking after {tokens} tokens.")
            : new ThoughtAtBudget(tokens, isClosed, cues, TrialStatus.Ok, "");
    }

    internal override PromptPiece UpTo(int budgetTokens) => Row.TokenIds.AsMemory()[..Math.Min(budgetTokens, Row.TokenIds.Length)];
}
