using System.Collections.Immutable;

namespace Calibration.Harness.Probing;

/// <summary>One way of enforcing a budget, tried on sample problems.</summary>
/// <param name="PromptFormat">Name of the way.</param>
/// <param name="Decides">Whether measuring would go this way; the others are only reported.</param>
/// <param name="Counts">Budgets asked, and the tokens counted.</param>
/// <param name="Verdict">What the counts show, in a few words.</param>
/// <param name="IsExact">Whether every count was the budget asked.</param>
public sealed record FormatCheck(string PromptFormat, bool Decides, ImmutableArray<BudgetCount> Counts, string Verdict, bool IsExact);

/// <summary>A budget and what was counted.</summary>
/// <param name="BudgetTokens">The budget asked.</param>
/// <param name="CountedTokens">Thinking tokens counted; absent where nothing could be counted.</param>
public sealed record BudgetCount(int BudgetTokens, int? CountedTokens);
