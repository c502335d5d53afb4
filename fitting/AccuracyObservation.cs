namespace Calibration.Fitting;

/// <summary>One graded answer.</summary>
/// <param name="Problem">Which problem; the answers of one problem, over its runs and budgets, are one cluster.</param>
/// <param name="Run">Which repetition of the problem.</param>
/// <param name="BudgetTokens">Thinking tokens allowed; 0 or more.</param>
/// <param name="Correct">Whether the answer was right.</param>
public sealed record AccuracyObservation(string Problem, int Run, int BudgetTokens, bool Correct);

/// <summary>The answers to one problem at one budget: all that the fits use of them, however many runs there were.</summary>
/// <param name="Problem">Which problem; the answers of one problem, over its budgets, are one cluster.</param>
/// <param name="BudgetTokens">Thinking tokens allowed; 0 or more.</param>
/// <param name="Answers">Number of answers; 0 or more.</param>
/// <param name="Correct">How many were right; 0 to <paramref name="Answers"/>.</param>
public readonly record struct AccuracyCell(string Problem, int BudgetTokens, int Answers, int Correct);

/// <summary>Answers at one budget without their problems; treated as independent.</summary>
/// <param name="BudgetTokens">Thinking tokens allowed; 0 or more.</param>
/// <param name="Answers">Number of answers; 0 or more.</param>
/// <param name="Correct">How many were right; 0 to <paramref name="Answers"/>.</param>
public sealed record AccuracyCount(int BudgetTokens, int Answers, int Correct);

/// <summary>A proportion of right answers at one budget, for curves without sampling noise; treated as independent.</summary>
/// <param name="BudgetTokens">Thinking tokens allowed; 0 or more.</param>
/// <param name="Answers">Number of answers behind the proportion; above 0.</param>
/// <param name="Proportion">Share of right answers, in [0, 1].</param>
public sealed record AccuracyProportion(int BudgetTokens, double Answers, double Proportion);
