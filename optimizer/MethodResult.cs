using System.Collections.Immutable;

namespace Calibration.Optimizer;

/// <summary>What one of the paper's iterations reached.</summary>
/// <param name="Budgets">The last budgets inside the stability region.</param>
/// <param name="Performance">What they imply.</param>
/// <param name="KktResidual">Their largest KKT violation, relative as in <see cref="Allocation"/>.</param>
/// <param name="Iterations">Iterations taken.</param>
/// <param name="ConditionHeld">Whether the theorem that promises convergence applied.</param>
/// <param name="Condition">That condition and its verdict, in one sentence.</param>
/// <param name="Ending">How the iteration ended.</param>
public sealed record MethodResult(
    ImmutableArray<double> Budgets,
    Performance Performance,
    double KktResidual,
    int Iterations,
    bool ConditionHeld,
    string Condition,
    SolverEnding Ending);
